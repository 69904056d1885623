import { isBare, withoutMetadata } from './metadata'
import { pictureHead, pictureType, TYPE_BYTES, type PictureHead } from './picture-head'
import { hashOf } from './thumbhash'

/** Why a file is not shown as a picture. */
export type PhotoReason = 'not_a_picture' | 'too_large' | 'damaged'

export class PhotoError extends Error {
  readonly reason: PhotoReason

  constructor(reason: PhotoReason) {
    super(`the file can't be shown as a picture: ${reason}`)
    this.reason = reason
  }
}

export interface PhotoLimits {
  /** A longer side is made as long. */
  readonly side: number
  /** Above, it is not even decoded: a few bytes can ask for all the memory there is. */
  readonly pixels: number
  readonly bytes: number
  /** Of what is encoded, from 0 to 1. */
  readonly quality: number
}

export const PHOTO_LIMITS: PhotoLimits = {
  side: 2048,
  pixels: 100_000_000,
  bytes: 250_000_000,
  quality: 0.82,
}

/** What a picture is like; which side is up is taken into account. */
export interface PhotoLook {
  readonly width: number
  readonly height: number
  readonly thumbhash: Uint8Array
}

export interface Photo extends PhotoLook {
  /** Never says anything but what is seen on it: not where it was taken, when, or by what. */
  readonly blob: Blob
  /** It was encoded anew. Not so what moves, or was small enough. */
  readonly isCompressed: boolean
  /** It has more than one frame. */
  readonly isMoving: boolean
}

/** A square of a picture, in its pixels. */
export interface Crop {
  readonly x: number
  readonly y: number
  readonly size: number
}

/**
 * A photo as it is sent to be looked at: no larger than a screen needs, and upright. Rejects with a `PhotoError`.
 */
export async function preparePhoto(file: Blob, limits: PhotoLimits = PHOTO_LIMITS): Promise<Photo> {
  const source = await opened(file, limits)
  const { bytes, head } = source
  return await drawn(source, async (bitmap) => {
    const { isMoving, type } = head
    if (isMoving || type === 'image/gif') {
      return { ...look(bitmap), blob: untouched(source), isCompressed: false, isMoving }
    }
    const canvas = scaled(bitmap, limits.side)
    const blob = await encoded(canvas, type, limits.quality)
    const isSame = canvas.width === bitmap.width && canvas.height === bitmap.height
    if (isSame && blob.size >= bytes.length && isBare(bytes, type)) {
      return { ...look(bitmap), blob: new Blob([bytes], { type }), isCompressed: false, isMoving }
    }
    return { ...look(canvas), blob, isCompressed: true, isMoving }
  })
}

/** What a picture is like that is sent as it is. Rejects with a `PhotoError`. */
export async function describePhoto(
  blob: Blob,
  limits: PhotoLimits = PHOTO_LIMITS,
): Promise<PhotoLook & Pick<Photo, 'isMoving'>> {
  const source = await opened(blob, limits)
  return await drawn(source, (bitmap) => ({ ...look(bitmap), isMoving: source.head.isMoving }))
}

/** Another picture made of one: how large it is, and how it is drawn. */
export interface Redrawing {
  readonly width: number
  readonly height: number
  readonly draw: (pen: OffscreenCanvasRenderingContext2D, scale: number) => void
}

/**
 * A photo as it is sent after something was drawn on it: as `preparePhoto` makes it or, if it is to stay as good as it was, with
 * all its pixels. It is encoded from nothing but the canvas. Rejects with a `PhotoError`.
 */
export async function redrawnPhoto(
  file: Blob,
  redraw: (bitmap: ImageBitmap) => Redrawing,
  isOriginal: boolean,
  limits: PhotoLimits = PHOTO_LIMITS,
): Promise<Photo> {
  const source = await opened(file, limits)
  return await drawn(source, async (bitmap) => {
    const { width, height, draw } = redraw(bitmap)
    const most = isOriginal ? 1 : Math.min(1, limits.side / Math.max(width, height))
    const canvas = redrawn(width, height, draw, most)
    const blob = await encoded(
      canvas,
      source.head.type,
      isOriginal ? ORIGINAL_QUALITY : limits.quality,
      isOriginal,
    )
    return { ...look(canvas), blob, isCompressed: true, isMoving: false }
  })
}

/** Nobody sees the difference. */
const ORIGINAL_QUALITY = 0.95
/** Any phone has a canvas for as many pixels; one that is asked for more may draw nothing, and say so to nobody. */
const SAFE_PIXELS = 16_000_000

function redrawn(width: number, height: number, draw: Redrawing['draw'], scale: number): OffscreenCanvas {
  const pen = penOf(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)))
  const pixels = pen.canvas.width * pen.canvas.height
  if (pixels > SAFE_PIXELS && !isWorking(pen)) {
    return redrawn(width, height, draw, scale * Math.sqrt(SAFE_PIXELS / pixels))
  }
  // In one step, browsers leave out pixels of what is much larger.
  if (scale < 0.5) {
    const twice = penOf(2 * pen.canvas.width, 2 * pen.canvas.height)
    draw(twice, 2 * scale)
    pen.drawImage(twice.canvas, 0, 0, pen.canvas.width, pen.canvas.height)
  } else draw(pen, scale)
  return pen.canvas
}

function isWorking(pen: OffscreenCanvasRenderingContext2D): boolean {
  try {
    pen.fillRect(0, 0, 1, 1)
    const isDrawn = pen.getImageData(0, 0, 1, 1).data[3] === 255
    pen.clearRect(0, 0, 1, 1)
    return isDrawn
  } catch {
    return false
  }
}

/** A photo to look at while it is edited, with no more pixels than that needs. Rejects with a `PhotoError`. */
export async function photoToEdit(
  file: Blob,
  limits: PhotoLimits = PHOTO_LIMITS,
): Promise<{ readonly image: ImageBitmap; readonly width: number; readonly height: number }> {
  return await drawn(await opened(file, limits), (bitmap) => {
    const { width, height } = bitmap
    return { image: scaled(bitmap, limits.side).transferToImageBitmap(), width, height }
  })
}

/** A square of it as a JPEG, at most `side` pixels wide: a picture for a profile. Rejects with a `PhotoError`. */
export async function squarePicture(source: ImageBitmap | Blob, crop: Crop, side = 512): Promise<Blob> {
  if (source instanceof Blob) {
    return await drawn(await opened(source, PHOTO_LIMITS), (bitmap) => squarePicture(bitmap, crop, side))
  }
  const target = Math.max(1, Math.min(side, Math.round(crop.size)))
  const pen = penOf(target, target)
  // There is no transparency in a JPEG: it would be black.
  pen.fillStyle = 'white'
  pen.fillRect(0, 0, target, target)
  pen.drawImage(source, crop.x, crop.y, crop.size, crop.size, 0, 0, target, target)
  return await pen.canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 })
}

interface Source {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly head: PictureHead
}

async function opened(file: Blob, limits: PhotoLimits): Promise<Source> {
  const type = pictureType(new Uint8Array(await file.slice(0, TYPE_BYTES).arrayBuffer()))
  if (!type) throw new PhotoError('not_a_picture')
  if (file.size > limits.bytes) throw new PhotoError('too_large')
  const bytes = new Uint8Array(await file.arrayBuffer())
  const head = pictureHead(bytes, type)
  if (!head) throw new PhotoError('damaged')
  if (head.width * head.height > limits.pixels) throw new PhotoError('too_large')
  return { bytes, head }
}

async function drawn<Result>(
  { bytes, head }: Source,
  then: (bitmap: ImageBitmap) => Result | Promise<Result>,
): Promise<Result> {
  // Not by the type that the file claims to be of.
  const blob = new Blob([bytes], { type: head.type })
  const bitmap = await createImageBitmap(blob, { imageOrientation: 'from-image' }).catch(() => undefined)
  if (!bitmap) throw new PhotoError('damaged')
  try {
    return await then(bitmap)
  } finally {
    bitmap.close()
  }
}

const look = (picture: ImageBitmap | OffscreenCanvas): PhotoLook => ({
  width: picture.width,
  height: picture.height,
  thumbhash: hashOf(picture),
})

/** All its frames as they came. Of a GIF nothing is known that would tell more than it shows. */
function untouched({ bytes, head: { type } }: Source): Blob {
  const bare = type === 'image/gif' ? bytes : withoutMetadata(bytes, type)
  if (!bare) throw new PhotoError('damaged')
  return new Blob([bare], { type })
}

function scaled(bitmap: ImageBitmap, side: number): OffscreenCanvas {
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height))
  const width = Math.max(1, Math.round(bitmap.width * scale))
  const height = Math.max(1, Math.round(bitmap.height * scale))
  const pen = penOf(width, height)
  // In one step, browsers leave out pixels of what is much larger; and phones have no canvas for a picture of any size.
  const isFar = bitmap.width > 2 * width && bitmap.height > 2 * height
  pen.drawImage(isFar ? halfway(bitmap, 2 * width, 2 * height) : bitmap, 0, 0, width, height)
  return pen.canvas
}

function halfway(bitmap: ImageBitmap, width: number, height: number): OffscreenCanvas {
  const pen = penOf(width, height)
  pen.drawImage(bitmap, 0, 0, width, height)
  return pen.canvas
}

async function encoded(
  canvas: OffscreenCanvas,
  from: PictureHead['type'],
  quality: number,
  isOriginal = false,
): Promise<Blob> {
  // A screenshot stays as sharp as it is; of what a camera has made, its pixels would take many times the room.
  if (isOriginal && !CAMERA.includes(from)) {
    return await canvas.convertToBlob({ type: from === 'image/webp' ? from : 'image/png', quality })
  }
  if (from === 'image/jpeg' || !isTransparent(canvas)) {
    return await canvas.convertToBlob({ type: 'image/jpeg', quality })
  }
  // A browser that can't make it makes a PNG, which is what we want then.
  return await canvas.convertToBlob({ type: 'image/webp', quality })
}

const CAMERA: readonly PictureHead['type'][] = ['image/jpeg', 'image/avif', 'image/heic']

function isTransparent(canvas: OffscreenCanvas): boolean {
  const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? []
  for (let at = 3; at < pixels.length; at += 4) {
    if (pixels[at] !== 255) return true
  }
  return false
}

function penOf(width: number, height: number): OffscreenCanvasRenderingContext2D {
  const pen = new OffscreenCanvas(width, height).getContext('2d')
  if (!pen) throw new Error('the browser has no canvas')
  pen.imageSmoothingQuality = 'high'
  return pen
}
