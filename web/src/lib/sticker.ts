// Makes stickers of pictures, on this device: cut out, scaled down, and without what a camera has written into them.

import { packedLottie, parsedLottie, unpackedLottie, VECTOR_STICKER } from './lottie'
import { withoutMetadata } from './metadata'
import { pictureHead, pictureType } from './picture-head'
import { photoToEdit, type Crop } from './photo'
import { masked, type Stroke } from './rub'

/** Pixels of a side, and bytes, that a sticker has at most. */
const SIDE = 512
const BYTES = 512 * 1024
/** Pixels of a side without which there is nothing to be seen. */
const LEAST = 8

/** How a picture is cut out. */
export type Shape = 'square' | 'rounded' | 'circle' | 'lasso'

/** A place in the square that is cut out, in parts of its side. */
export interface Spot {
  readonly x: number
  readonly y: number
}

export interface MadeSticker {
  readonly blob: Blob
  readonly type: string
  readonly width: number
  readonly height: number
}

/**
 * A picture that is a sticker as it is: a small moving WebP, of which nothing but metadata is taken away. Undefined if one
 * has to be cut out of it.
 */
export async function readySticker(file: Blob): Promise<MadeSticker | undefined> {
  if (file.size > BYTES) return undefined
  const bytes = new Uint8Array(await file.arrayBuffer())
  const type = 'image/webp'
  if (pictureType(bytes) !== type) return undefined
  const head = pictureHead(bytes, type)
  const bare = withoutMetadata(bytes, type)
  if (!head?.isMoving || !bare || head.width > SIDE || head.height > SIDE) return undefined
  const blob = new Blob([bare], { type })
  // What the browser can't draw is not sent to others, either.
  const image = await createImageBitmap(blob).catch(() => undefined)
  image?.close()
  return image && { blob, type, width: head.width, height: head.height }
}

const isPacked = (head: Uint8Array) => head[0] === 0x1f && head[1] === 0x8b
const isJson = (head: Uint8Array) =>
  /^\uFEFF?\s*\{/.test(new TextDecoder('utf-8', { ignoreBOM: true }).decode(head))

/**
 * A sticker that is drawn anew in each frame, from a file of its own kind, packed or not; undefined if it is of no such kind.
 * Rejects with a `LottieError` if it is, and none can be made of it.
 */
export async function vectorSticker(file: Blob): Promise<MadeSticker | undefined> {
  const head = new Uint8Array(await file.slice(0, 64).arrayBuffer())
  if (!isPacked(head) && !isJson(head)) return undefined
  const lottie = isPacked(head) ? await unpackedLottie(file) : parsedLottie(await file.text())
  const blob = await packedLottie(lottie)
  const scale = Math.min(1, SIDE / Math.max(lottie.width, lottie.height))
  const side = (length: number) => Math.max(1, Math.round(length * scale))
  return { blob, type: VECTOR_STICKER, width: side(lottie.width), height: side(lottie.height) }
}

/**
 * Cuts a sticker out of a picture, without what was rubbed out. Rejects with a `PhotoError`, or with a `RangeError` if nothing
 * would be left.
 */
export async function cutSticker(
  file: Blob,
  crop: Crop | undefined,
  shape: Shape,
  lasso: readonly Spot[],
  strokes: readonly Stroke[] = [],
): Promise<MadeSticker> {
  const { image, width, height } = await photoToEdit(file)
  try {
    const scale = image.width / width
    const small = Math.min(width, height)
    const part = crop ?? { x: (width - small) / 2, y: (height - small) / 2, size: small }
    const side = Math.max(1, Math.min(SIDE, Math.round(part.size)))
    const canvas = new OffscreenCanvas(side, side)
    const pen = canvas.getContext('2d')
    if (!pen) throw new Error('no canvas')
    pen.beginPath()
    outline(pen, side, shape, lasso)
    pen.clip()
    pen.imageSmoothingQuality = 'high'
    pen.drawImage(
      image,
      part.x * scale,
      part.y * scale,
      part.size * scale,
      part.size * scale,
      0,
      0,
      side,
      side,
    )
    if (strokes.length > 0) {
      masked(pen, strokes, part)
      return await encoded(withoutMargins(canvas))
    }
    return await encoded(shape === 'lasso' ? trimmed(canvas, lasso) : canvas)
  } finally {
    image.close()
  }
}

/** The form, as a path in a square. */
export function outline(
  pen: OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D,
  side: number,
  shape: Shape,
  lasso: readonly Spot[],
): void {
  if (shape === 'square') pen.rect(0, 0, side, side)
  else if (shape === 'rounded') pen.roundRect(0, 0, side, side, side / 6)
  else if (shape === 'circle') pen.arc(side / 2, side / 2, side / 2, 0, 2 * Math.PI)
  else {
    for (const { x, y } of lasso) pen.lineTo(x * side, y * side)
    pen.closePath()
  }
}

/** What is around a free form is left away. */
function trimmed(canvas: OffscreenCanvas, lasso: readonly Spot[]): OffscreenCanvas {
  const clamp = (at: number) => Math.round(Math.min(1, Math.max(0, at)) * canvas.width)
  const across = lasso.map(({ x }) => clamp(x))
  const down = lasso.map(({ y }) => clamp(y))
  const [left, top] = [Math.min(...across), Math.min(...down)]
  const [width, height] = [Math.max(...across) - left, Math.max(...down) - top]
  if (lasso.length < 3 || width < LEAST || height < LEAST) throw new RangeError('nothing is left')
  const made = new OffscreenCanvas(width, height)
  made.getContext('2d')?.drawImage(canvas, -left, -top)
  return made
}

/** Hardly to be seen any more. */
const FAINT = 8

/** Around what was left, nothing is kept. */
function withoutMargins(canvas: OffscreenCanvas): OffscreenCanvas {
  const { width, height } = canvas
  const pixels = canvas.getContext('2d')?.getImageData(0, 0, width, height).data ?? []
  let [left, top, right, bottom] = [width, height, -1, -1]
  for (let at = 0; at < width * height; at += 1) {
    if ((pixels[at * 4 + 3] ?? 0) <= FAINT) continue
    const [x, y] = [at % width, Math.floor(at / width)]
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  }
  if (right - left < LEAST || bottom - top < LEAST) throw new RangeError('nothing is left')
  const made = new OffscreenCanvas(right - left + 1, bottom - top + 1)
  made.getContext('2d')?.drawImage(canvas, -left, -top)
  return made
}

async function encoded(canvas: OffscreenCanvas): Promise<MadeSticker> {
  let drawn = canvas
  for (let quality = 0.92; ; quality -= 0.2) {
    const blob = await drawn.convertToBlob({ type: 'image/webp', quality: Math.max(0.3, quality) })
    // Some browsers write PNG instead; of that, fewer pixels are smaller, and no quality is.
    if (blob.size <= BYTES) return { blob, type: blob.type, width: drawn.width, height: drawn.height }
    if (blob.type !== 'image/webp' || quality < 0.3) drawn = halved(drawn)
  }
}

function halved(canvas: OffscreenCanvas): OffscreenCanvas {
  const made = new OffscreenCanvas(Math.ceil(canvas.width * 0.7), Math.ceil(canvas.height * 0.7))
  made.getContext('2d')?.drawImage(canvas, 0, 0, made.width, made.height)
  return made
}
