import { rgbaToThumbHash, thumbHashToDataURL } from 'thumbhash'

/** The hash takes no larger picture, and would be no better for it. */
const SIDE_PX = 100
const KEPT = 200
const LEAST_BYTES = 5
/** What the hash of a picture can be at most. */
const MOST_BYTES = 25

/** A few bytes that show what a picture is like before it is here. */
export function hashOf(picture: ImageBitmap | OffscreenCanvas): Uint8Array {
  const scale = Math.min(1, SIDE_PX / Math.max(picture.width, picture.height))
  const width = Math.max(1, Math.round(picture.width * scale))
  const height = Math.max(1, Math.round(picture.height * scale))
  const pen = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
  if (!pen) throw new Error('the browser has no canvas')
  pen.imageSmoothingQuality = 'high'
  pen.drawImage(picture, 0, 0, width, height)
  return rgbaToThumbHash(width, height, pen.getImageData(0, 0, width, height).data)
}

const urls = new Map<string, string>()

/** The blurred picture as a `data:` address; undefined if these bytes, which come from others, are no such hash. */
export function urlOf(hash: Uint8Array): string | undefined {
  if (hash.length < LEAST_BYTES || hash.length > MOST_BYTES || isFlat(hash)) return undefined
  const key = hash.join()
  const url = urls.get(key) ?? thumbHashToDataURL(hash)
  // Put at the end, so that the first one is the one that was not asked for the longest.
  urls.delete(key)
  urls.set(key, url)
  for (const oldest of urls.keys()) {
    if (urls.size <= KEPT) break
    urls.delete(oldest)
  }
  return url
}

/** Says that one side is nothing long, which no picture does. */
const isFlat = (hash: Uint8Array) => ((hash[3] ?? 0) & 0x07) === 0
