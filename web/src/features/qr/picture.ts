/** Larger pictures are scaled down: a code that fills a tenth of it is still read. */
const LARGEST = 1600

/** The pixels of a picture file. */
export async function pixels(file: Blob): Promise<ImageData> {
  const bitmap = await createImageBitmap(file)
  const scale = Math.min(1, LARGEST / Math.max(bitmap.width, bitmap.height))
  return draw(bitmap, Math.round(bitmap.width * scale), Math.round(bitmap.height * scale))
}

/** What a camera shows just now; undefined before its first picture. */
export function frame(video: HTMLVideoElement): ImageData | undefined {
  if (video.videoWidth === 0) return undefined
  return draw(video, video.videoWidth, video.videoHeight)
}

function draw(source: CanvasImageSource, width: number, height: number): ImageData {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
  if (!context) throw new Error('no canvas')
  context.drawImage(source, 0, 0, width, height)
  return context.getImageData(0, 0, width, height)
}
