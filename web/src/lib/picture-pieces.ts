// What files of pictures are made of: one walk through each kind, which never goes beyond the end, whatever the bytes say.
import { numberAt, standsAt } from './bytes'

/** A part of a file, with its name, its length and what else belongs to it. */
export interface Piece<Name> {
  readonly name: Name
  /** All of it, as it stands in the file. */
  readonly bytes: Uint8Array
  /** What it holds. */
  readonly body: Uint8Array
}

export interface Pieces<Name> {
  readonly pieces: readonly Piece<Name>[]
  /** The walk came to where such a file ends. What may follow there is no part of the picture. */
  readonly isWhole: boolean
}

export const JPEG = { start: '\xff\xd8\xff', end: 0xd9, scan: 0xda, sizeless: [0x00, 0x01, 0xd8] } as const
export const PNG_START = '\x89PNG\r\n\x1a\n'

/** The segments of a JPEG by their markers; each scan is one piece with what is drawn by it. */
export function jpegPieces(bytes: Uint8Array): Pieces<number> {
  const pieces: Piece<number>[] = []
  let at = standsAt(bytes, 0, JPEG.start) ? 2 : bytes.length
  for (;;) {
    if (bytes[at] !== 0xff) return { pieces, isWhole: false }
    // A marker may be preceded by any number of these.
    while (bytes[at + 1] === 0xff) at += 1
    const name = bytes[at + 1]
    if (name === JPEG.end) return { pieces, isWhole: pieces.some((piece) => piece.name === JPEG.scan) }
    const length = numberAt(bytes, at + 2, 2) ?? 0
    const end = at + 2 + length
    if (name === undefined || isSizeless(name) || length < 2 || end > bytes.length) {
      return { pieces, isWhole: false }
    }
    const to = name === JPEG.scan ? endOfScan(bytes, end) : end
    pieces.push({ name, bytes: bytes.subarray(at, to), body: bytes.subarray(at + 4, end) })
    at = to
  }
}

const isRestart = (marker: number | undefined) => marker !== undefined && marker >= 0xd0 && marker <= 0xd7
const isSizeless = (marker: number) => isRestart(marker) || JPEG.sizeless.some((one) => one === marker)

/** Where the next marker stands that is no part of what a scan draws. */
function endOfScan(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1]
    if (next !== 0 && next !== 0xff && !isRestart(next)) return at
  }
  return bytes.length
}

/** The chunks of a PNG by their names. */
export function pngPieces(bytes: Uint8Array): Pieces<string> {
  const pieces: Piece<string>[] = []
  let at = standsAt(bytes, 0, PNG_START) ? PNG_START.length : bytes.length
  for (;;) {
    const length = numberAt(bytes, at, 4)
    const name = nameAt(bytes, at + 4)
    if (length === undefined || name === undefined || at + 12 + length > bytes.length) {
      return { pieces, isWhole: false }
    }
    const to = at + 12 + length
    pieces.push({ name, bytes: bytes.subarray(at, to), body: bytes.subarray(at + 8, to - 4) })
    // Nothing else may come first.
    if (pieces[0]?.name !== 'IHDR') return { pieces: [], isWhole: false }
    if (name === 'IEND') return { pieces, isWhole: pieces.some((piece) => piece.name === 'IDAT') }
    at = to
  }
}

/** The chunks of a WebP by their names. */
export function webpPieces(bytes: Uint8Array): Pieces<string> {
  const pieces: Piece<string>[] = []
  const isWebp = standsAt(bytes, 0, 'RIFF') && standsAt(bytes, 8, 'WEBP')
  const said = 8 + (numberAt(bytes, 4, 4, true) ?? 0)
  const end = Math.min(said, bytes.length)
  let at = isWebp ? 12 : end
  while (at < end) {
    const name = nameAt(bytes, at)
    const length = numberAt(bytes, at + 4, 4, true)
    if (name === undefined || length === undefined || at + 8 + length > end) return { pieces, isWhole: false }
    // What is of an odd length is filled up; many programs forget it at the end of the file.
    const to = Math.min(at + 8 + length + (length % 2), end)
    pieces.push({ name, bytes: bytes.subarray(at, to), body: bytes.subarray(at + 8, at + 8 + length) })
    at = to
  }
  const isDrawn = pieces.some(({ name }) => name === 'VP8 ' || name === 'VP8L' || name === 'ANMF')
  return { pieces, isWhole: isDrawn && said <= bytes.length }
}

function nameAt(bytes: Uint8Array, at: number): string | undefined {
  const name = bytes.subarray(at, at + 4)
  return /^[\x20-\x7e]{4}$/.test(String.fromCharCode(...name)) ? String.fromCharCode(...name) : undefined
}
