// Stickers that are made of pictures, by a real browser's canvas.
import { expect, test } from 'vitest'
import { cutSticker, readySticker } from './sticker'

async function picture(width: number, height: number): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height)
  const pen = canvas.getContext('2d')
  if (!pen) throw new Error('no canvas')
  pen.fillStyle = 'teal'
  pen.fillRect(0, 0, width, height)
  return await canvas.convertToBlob({ type: 'image/png' })
}

/** How opaque a place of a picture is, from 0 to 255. */
async function alpha(blob: Blob, x: number, y: number): Promise<number | undefined> {
  const image = await createImageBitmap(blob)
  const pen = new OffscreenCanvas(image.width, image.height).getContext('2d')
  pen?.drawImage(image, 0, 0)
  return pen?.getImageData(x, y, 1, 1).data[3]
}

test('a large picture becomes a square of the largest size', async () => {
  const made = await cutSticker(await picture(900, 700), undefined, 'square', [])
  expect([made.type, made.width, made.height]).toEqual(['image/webp', 512, 512])
  expect(await alpha(made.blob, 2, 2)).toBe(255)
})

test('a small one is not made larger', async () => {
  const made = await cutSticker(await picture(60, 40), undefined, 'square', [])
  expect([made.width, made.height]).toEqual([40, 40])
})

test('what is outside of the form is not there', async () => {
  const made = await cutSticker(await picture(200, 200), undefined, 'circle', [])
  expect([await alpha(made.blob, 1, 1), await alpha(made.blob, 100, 100)]).toEqual([0, 255])
})

test('a free form is as large as what was drawn around, and must be something', async () => {
  const around = [
    { x: 0.25, y: 0.25 },
    { x: 0.75, y: 0.25 },
    { x: 0.25, y: 0.75 },
  ]
  const made = await cutSticker(await picture(200, 200), undefined, 'lasso', around)
  expect([made.width, made.height]).toEqual([100, 100])
  expect([await alpha(made.blob, 10, 10), await alpha(made.blob, 95, 95)]).toEqual([255, 0])
  await expect(cutSticker(await picture(200, 200), undefined, 'lasso', around.slice(0, 2))).rejects.toThrow(
    RangeError,
  )
})

test('what does not move, or is no picture, is no ready sticker', async () => {
  expect(await readySticker(await picture(100, 100))).toBeUndefined()
  expect(await readySticker(new Blob(['no picture']))).toBeUndefined()
})
