// A photo tells where it was taken, when, by which device and whose it is. None of that is part of the picture.
import { bytesOf, joined, lettersOf, standsAt } from './bytes'
import { exifWith, orientationOf, type Orientation } from './exif'
import { jpegPieces, JPEG, pngPieces, PNG_START, webpPieces, type Piece, type Pieces } from './picture-pieces'

/**
 * The same picture, bit by bit, without anything that is not needed to draw it: which side is up and its colours stay, also
 * what follows the picture in its file goes. Undefined if the bytes are not a well-formed file of that type.
 */
export function withoutMetadata(bytes: Uint8Array, type: string): Uint8Array<ArrayBuffer> | undefined {
  switch (type) {
    case 'image/jpeg':
      return kept(jpegPieces(bytes), jpegPart, (parts) => [
        lettersOf('\xff\xd8'),
        ...parts,
        Uint8Array.of(0xff, JPEG.end),
      ])
    case 'image/png':
      return kept(pngPieces(bytes), pngPart, (parts) => [lettersOf(PNG_START), ...parts])
    case 'image/webp':
      return kept(webpPieces(bytes), webpPart, (parts) => {
        const length = parts.reduce((sum, part) => sum + part.length, 0)
        return [lettersOf('RIFF'), bytesOf(4 + length, 4, true), lettersOf('WEBP'), ...parts]
      })
    default:
      return undefined
  }
}

/** Whether it has nothing that `withoutMetadata` takes away, nor a side that is up by what it says and not by itself. */
export function isBare(bytes: Uint8Array, type: string): boolean {
  const pieces =
    type === 'image/jpeg' ? jpegPieces(bytes) : type === 'image/png' ? pngPieces(bytes) : webpPieces(bytes)
  return withoutMetadata(bytes, type)?.length === bytes.length && orientationIn(pieces) === 1
}

/** What stays of a piece, where the file keeps this Exif block; it is put in the place of the `first` one. */
type Part<Name> = (
  piece: Piece<Name>,
  exif: Uint8Array | undefined,
  isFirst: boolean,
) => Uint8Array | undefined

function kept<Name extends number | string>(
  pieces: Pieces<Name>,
  part: Part<Name>,
  wrapped: (parts: readonly Uint8Array[]) => readonly Uint8Array[],
): Uint8Array<ArrayBuffer> | undefined {
  if (!pieces.isWhole) return undefined
  const orientation = orientationIn(pieces)
  const first = pieces.pieces.find((piece) => exifIn(piece))
  const exif = orientation === 1 ? undefined : exifWith(orientation)
  const parts = pieces.pieces.map((piece) => part(piece, exif, piece === first))
  return joined(wrapped(parts.filter((one) => one !== undefined)))
}

const EXIF = 'Exif\0\0'
const APP1 = 0xe1

function exifIn({ name, body }: Piece<number | string>): Uint8Array | undefined {
  const isPrefixed = standsAt(body, 0, EXIF)
  if (name === APP1 ? !isPrefixed : name !== 'eXIf' && name !== 'EXIF') return undefined
  // Some programs write the prefix into a WebP too, where it does not belong.
  return isPrefixed ? body.subarray(EXIF.length) : body
}

function orientationIn({ pieces }: Pieces<number | string>): Orientation {
  for (const piece of pieces) {
    const exif = exifIn(piece)
    if (exif) return orientationOf(exif)
  }
  return 1
}

/** Tables, frames and scans; the reserved ones and those for applications and comments are not among them. */
const isDrawing = (marker: number) => marker >= 0xc0 && marker <= 0xdf
const ICC = 'ICC_PROFILE\0'
const JFIF_BYTES = 14
const ADOBE_BYTES = 12

const jpegPart: Part<number> = ({ name, bytes, body }, exif, isFirst) => {
  if (isDrawing(name)) return bytes
  if (exif && isFirst) return segment(name, joined([lettersOf(EXIF), exif]))
  if (name === 0xe2 && standsAt(body, 0, ICC)) return bytes
  // It may end in a small copy of the picture as it was before somebody cut something off.
  if (name === 0xe0 && standsAt(body, 0, 'JFIF\0') && body.length >= JFIF_BYTES) {
    return segment(name, joined([body.subarray(0, JFIF_BYTES - 2), Uint8Array.of(0, 0)]))
  }
  // Says how the colours are to be read.
  if (name === 0xee && standsAt(body, 0, 'Adobe')) return segment(name, body.subarray(0, ADOBE_BYTES))
  return undefined
}

const segment = (marker: number, body: Uint8Array) =>
  joined([Uint8Array.of(0xff, marker), bytesOf(body.length + 2, 2), body])

/** Those that decide what is seen. Programs invent others, and hide whole drafts in them. */
const PNG_DRAWING =
  /^(IHDR|PLTE|IDAT|IEND|tRNS|gAMA|cHRM|sRGB|iCCP|cICP|mDCV|cLLI|sBIT|bKGD|hIST|sPLT|pHYs|acTL|fcTL|fdAT)$/

const pngPart: Part<string> = ({ name, bytes }, exif, isFirst) => {
  if (PNG_DRAWING.test(name)) return bytes
  if (!exif || !isFirst) return undefined
  const named = joined([lettersOf(name), exif])
  return joined([bytesOf(exif.length, 4), named, bytesOf(crc(named), 4)])
}

/** The checksum that PNG has after each chunk. */
function crc(bytes: Uint8Array): number {
  let sum = 0xffffffff
  for (const byte of bytes) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1
  }
  return (sum ^ 0xffffffff) >>> 0
}

const WEBP_DRAWING = /^(VP8 |VP8L|ALPH|ANIM|ANMF|ICCP)$/
const HAS_EXIF = 0x08
const HAS_XMP = 0x04

const webpPart: Part<string> = ({ name, bytes, body }, exif, isFirst) => {
  if (name === 'VP8X') {
    const flags = ((body[0] ?? 0) & ~HAS_EXIF & ~HAS_XMP) | (exif ? HAS_EXIF : 0)
    return chunk(name, joined([Uint8Array.of(flags), body.subarray(1)]))
  }
  if (WEBP_DRAWING.test(name)) return bytes.length % 2 === 0 ? bytes : chunk(name, body)
  return exif && isFirst ? chunk(name, exif) : undefined
}

const chunk = (name: string, body: Uint8Array) =>
  joined([lettersOf(name), bytesOf(body.length, 4, true), body, new Uint8Array(body.length % 2)])
