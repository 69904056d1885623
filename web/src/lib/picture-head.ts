import { numberAt, standsAt } from './bytes'
import { jpegPieces, JPEG, pngPieces, PNG_START, webpPieces, type Piece } from './picture-pieces'

export type PictureType =
  'image/jpeg' | 'image/png' | 'image/gif' | 'image/webp' | 'image/avif' | 'image/heic'

/** What a picture says of itself before it is drawn. */
export interface PictureHead {
  readonly type: PictureType
  /** As it is stored: which side is up is not taken into account. */
  readonly width: number
  readonly height: number
  /** It has more than one frame. */
  readonly isMoving: boolean
}

type Drawn = Omit<PictureHead, 'type'>

/** As many bytes tell what kind of a picture it is. */
export const TYPE_BYTES = 64

/** Decided by how it begins, and not by its name; one that is a text (SVG) can hold anything and is none. */
export function pictureType(bytes: Uint8Array): PictureType | undefined {
  if (standsAt(bytes, 0, JPEG.start)) return 'image/jpeg'
  if (standsAt(bytes, 0, PNG_START)) return 'image/png'
  if (standsAt(bytes, 0, 'GIF87a') || standsAt(bytes, 0, 'GIF89a')) return 'image/gif'
  if (standsAt(bytes, 0, 'RIFF') && standsAt(bytes, 8, 'WEBP')) return 'image/webp'
  const brands = heifBrands(bytes)
  if (brands.some((brand) => AVIF.includes(brand))) return 'image/avif'
  if (brands.some((brand) => HEIC.includes(brand))) return 'image/heic'
  return undefined
}

const HEADS = {
  'image/jpeg': jpegHead,
  'image/png': pngHead,
  'image/gif': gifHead,
  'image/webp': webpHead,
  'image/avif': heifHead,
  'image/heic': heifHead,
}

/** Undefined if it does not say how large it is, or is empty. */
export function pictureHead(bytes: Uint8Array, type: PictureType): PictureHead | undefined {
  const head = HEADS[type](bytes)
  return head && head.width > 0 && head.height > 0 ? { type, ...head } : undefined
}

const NO_FRAMES = [0xc4, 0xc8, 0xcc]
const isFrame = ({ name }: Piece<number>) => name >= 0xc0 && name <= 0xcf && !NO_FRAMES.includes(name)

function jpegHead(bytes: Uint8Array): Drawn | undefined {
  return largest(
    jpegPieces(bytes)
      .pieces.filter(isFrame)
      .map(({ body }) => ({ width: numberAt(body, 3, 2), height: numberAt(body, 1, 2) })),
    false,
  )
}

function pngHead(bytes: Uint8Array): Drawn | undefined {
  const { pieces } = pngPieces(bytes)
  const body = pieces[0]?.body ?? new Uint8Array()
  const isMoving = pieces.some(({ name }) => name === 'acTL')
  return largest([{ width: numberAt(body, 0, 4), height: numberAt(body, 4, 4) }], isMoving)
}

const MOVES = 0x02

function webpHead(bytes: Uint8Array): Drawn | undefined {
  const { pieces } = webpPieces(bytes)
  const moves = ({ name, body }: Piece<string>) =>
    name === 'ANMF' || (name === 'VP8X' && ((body[0] ?? 0) & MOVES) !== 0)
  const sizes = pieces.map(webpSize).filter((size) => size !== undefined)
  return largest(sizes, pieces.some(moves))
}

const PLAIN_SIDE = 0x3fff

function webpSize({ name, body }: Piece<string>): Said | undefined {
  const read = (at: number, size: number) => numberAt(body, at, size, true)
  if (name === 'VP8X') return { width: more(read(4, 3)), height: more(read(7, 3)) }
  if (name === 'VP8 ') return { width: masked(read(6, 2)), height: masked(read(8, 2)) }
  if (name !== 'VP8L') return undefined
  const bits = read(1, 4)
  return { width: more(masked(bits)), height: more(bits === undefined ? bits : masked(bits >>> 14)) }
}

const more = (number: number | undefined) => (number === undefined ? undefined : number + 1)
const masked = (number: number | undefined) => (number === undefined ? undefined : number & PLAIN_SIDE)

const GIF_BLOCK = { extension: 0x21, frame: 0x2c } as const

function gifHead(bytes: Uint8Array): Drawn | undefined {
  const read = (at: number) => numberAt(bytes, at, 2, true) ?? 0
  const sizes = [{ width: read(6), height: read(8) }]
  let frames = 0
  let at = 13 + colours(bytes[10])
  for (;;) {
    if (bytes[at] === GIF_BLOCK.frame) {
      frames += 1
      // A frame may be larger than the picture said to be: some browsers then make room for it.
      sizes.push({ width: read(at + 1) + read(at + 5), height: read(at + 3) + read(at + 7) })
      at = endOfBlocks(bytes, at + 11 + colours(bytes[at + 9]))
    } else if (bytes[at] === GIF_BLOCK.extension) at = endOfBlocks(bytes, at + 2)
    else return largest(sizes, frames > 1)
  }
}

/** How long the table of colours is that this byte announces. */
const colours = (flags = 0) => (flags & 0x80 ? 3 * 2 ** ((flags & 0x07) + 1) : 0)

function endOfBlocks(bytes: Uint8Array, from: number): number {
  let at = from
  for (let length = bytes[at]; length !== undefined && length > 0; length = bytes[at]) at += 1 + length
  return at + 1
}

const MOVING = ['avis', 'hevc', 'hevx', 'msf1']
const AVIF = ['avif', 'avis']
const HEIC = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1']

/** What a file in boxes (ISO BMFF) says that it is; nothing of any other. */
function heifBrands(bytes: Uint8Array): readonly string[] {
  if (!standsAt(bytes, 4, 'ftyp')) return []
  const end = Math.min(bytes.length, numberAt(bytes, 0, 4) ?? 0, TYPE_BYTES)
  const brands = [lettersAt(bytes, 8)]
  for (let at = 16; at + 4 <= end; at += 4) brands.push(lettersAt(bytes, at))
  return brands
}

const lettersAt = (bytes: Uint8Array, at: number) => String.fromCharCode(...bytes.subarray(at, at + 4))

function heifHead(bytes: Uint8Array): Drawn | undefined {
  const sizes = heifSizes(bytes)
  // Which brand comes first is what it is in the first place.
  return largest(sizes, MOVING.includes(lettersAt(bytes, 8)))
}

/** Boxes in which the size of a picture stands, and how many bytes come before what is in them. */
const HOLDERS = new Map([
  ['meta', 4],
  ['iprp', 0],
  ['ipco', 0],
])

/** All sizes that the boxes tell: of the picture, of what it is put together from, and of smaller ones beside it. */
function heifSizes(bytes: Uint8Array, from = 0, to = bytes.length, depth = 0): readonly Said[] {
  const sizes: Said[] = []
  for (let at = from; at + 8 <= to;) {
    const name = lettersAt(bytes, at + 4)
    const length = numberAt(bytes, at, 4) ?? 0
    // Up to the end, or longer than such a box ever is.
    const end = length === 0 ? to : at + length
    if (end < at + 8 || end > to) break
    const skipped = HOLDERS.get(name)
    if (name === 'ispe')
      sizes.push({ width: numberAt(bytes, at + 12, 4), height: numberAt(bytes, at + 16, 4) })
    else if (skipped !== undefined && depth < HOLDERS.size)
      sizes.push(...heifSizes(bytes, at + 8 + skipped, end, depth + 1))
    at = end
  }
  return sizes
}

interface Said {
  readonly width: number | undefined
  readonly height: number | undefined
}

/** Where it says several sizes the largest one counts: who decodes it may believe any. */
function largest(sizes: readonly Said[], isMoving: boolean): Drawn | undefined {
  if (sizes.length === 0) return undefined
  const side = (of: 'width' | 'height') => Math.max(...sizes.map((size) => size[of] ?? 0))
  return { width: side('width'), height: side('height'), isMoving }
}
