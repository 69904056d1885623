// Reading bytes of others: what lies beyond the end is undefined, and never throws.

/** A whole number of `size` bytes, at most four: the greatest comes first, or the least if it is `little`-endian. */
export function numberAt(bytes: Uint8Array, at: number, size: number, little = false): number | undefined {
  if (at < 0 || at + size > bytes.length) return undefined
  let number = 0
  for (let index = 0; index < size; index += 1) {
    number = number * 256 + (bytes[little ? at + size - 1 - index : at + index] ?? 0)
  }
  return number
}

/** Whether these letters, one byte each, stand there. */
export function standsAt(bytes: Uint8Array, at: number, letters: string): boolean {
  for (let index = 0; index < letters.length; index += 1) {
    if (bytes[at + index] !== letters.charCodeAt(index)) return false
  }
  return true
}

/** Letters as bytes, one each. */
export const lettersOf = (letters: string): Uint8Array =>
  Uint8Array.from(letters, (letter) => letter.charCodeAt(0))

/** A whole number as bytes, as `numberAt` reads it. */
export function bytesOf(number: number, size: number, little = false): Uint8Array {
  const bytes = Uint8Array.from({ length: size }, (_, index) =>
    Math.floor(number / 256 ** (size - 1 - index)),
  )
  return little ? bytes.reverse() : bytes
}

/** One after the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
