import { PHOTO_LIMITS, PhotoError, redrawnPhoto, type Photo } from './photo'

/** Longer sides of a page's picture, in pixels: the first with which it is small enough is taken. */
const SIDES = [1200, 800, 400]
/** Bytes that the engine takes. */
const MOST = 512 * 1024
/** What is smaller than that is a sign, not a picture. */
const LEAST = 32
/** Nobody has chosen this picture: less is decoded of it than of one's own. */
const PIXELS = 40_000_000

/**
 * A page's picture as it is sent: drawn anew on this device, so that nothing of the site's file goes to others. Undefined if
 * it is none that can be shown.
 */
export async function pagePicture(bytes: Uint8Array<ArrayBuffer>): Promise<Photo | undefined> {
  try {
    for (const side of SIDES) {
      const photo = await redrawnPhoto(new Blob([bytes]), whole, false, {
        ...PHOTO_LIMITS,
        side,
        pixels: PIXELS,
      })
      if (Math.min(photo.width, photo.height) < LEAST) return undefined
      if (photo.blob.size <= MOST) return photo
    }
  } catch (error) {
    if (!(error instanceof PhotoError)) throw error
  }
  return undefined
}

const whole = (bitmap: ImageBitmap) => {
  const { width, height } = bitmap
  return {
    width,
    height,
    draw: (pen: OffscreenCanvasRenderingContext2D, scale: number) =>
      pen.drawImage(bitmap, 0, 0, width * scale, height * scale),
  }
}
