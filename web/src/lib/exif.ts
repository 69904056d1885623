import { bytesOf, joined, lettersOf, numberAt, standsAt } from './bytes'

/** Which side of a picture is up, from 1 (as it is) to 8. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8

const ORIENTATIONS: readonly Orientation[] = [1, 2, 3, 4, 5, 6, 7, 8]
const ORIENTATION_TAG = 0x0112
const SHORT = 3
const ENTRY_BYTES = 12
const FIRST_ENTRIES = 8

/** What an Exif block (a TIFF file without a picture) says about which side is up: 1 if it does not say. */
export function orientationOf(tiff: Uint8Array): Orientation {
  const little = standsAt(tiff, 0, 'II')
  const read = (at: number, size: number) => numberAt(tiff, at, size, little)
  if ((!little && !standsAt(tiff, 0, 'MM')) || read(2, 2) !== 42) return 1
  const entries = read(4, 4) ?? tiff.length
  const count = read(entries, 2) ?? 0
  for (let index = 0; index < count; index += 1) {
    const entry = entries + 2 + index * ENTRY_BYTES
    if (entry + ENTRY_BYTES > tiff.length) return 1
    if (read(entry, 2) !== ORIENTATION_TAG) continue
    const value = read(entry + 2, 2) === SHORT ? read(entry + 8, 2) : undefined
    return ORIENTATIONS.find((one) => one === value) ?? 1
  }
  return 1
}

/** An Exif block that says which side is up and nothing else. */
export function exifWith(orientation: Orientation): Uint8Array {
  return joined([
    lettersOf('MM'),
    bytesOf(42, 2),
    bytesOf(FIRST_ENTRIES, 4),
    bytesOf(1, 2),
    bytesOf(ORIENTATION_TAG, 2),
    bytesOf(SHORT, 2),
    bytesOf(1, 4),
    bytesOf(orientation, 2),
    bytesOf(0, 2),
    // There are no further entries.
    bytesOf(0, 4),
  ])
}
