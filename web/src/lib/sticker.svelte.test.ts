// Stickers that are made of pictures, by a real browser's canvas.
import { expect, test } from 'vitest'
import { LottieError } from './lottie'
import { cutSticker, readySticker, vectorSticker } from './sticker'

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

const line = (restores: boolean, width: number, ...places: [number, number][]) => ({
  restores,
  width,
  places: places.map(([x, y]) => ({ x, y })),
})

test('what was rubbed out is not there, and what was brought back is', async () => {
  const strokes = [
    line(false, 100, [100, 0], [100, 200]),
    line(true, 40, [100, 100]),
    // Nothing was drawn of it.
    line(false, 500),
  ]
  const made = await cutSticker(await picture(200, 200), undefined, 'square', [], strokes)
  expect([made.width, made.height]).toEqual([200, 200])
  const seen = [
    [20, 100],
    [60, 20],
    [100, 100],
    [140, 180],
    [180, 20],
  ] as const
  const alphas = await Promise.all(seen.map(([x, y]) => alpha(made.blob, x, y)))
  expect(alphas).toEqual([255, 0, 255, 0, 255])
})

test('it is rubbed out where one did so, whatever part of the picture is taken', async () => {
  const strokes = [line(false, 20, [100, 50])]
  const made = await cutSticker(await picture(200, 200), { x: 50, y: 0, size: 100 }, 'square', [], strokes)
  expect([await alpha(made.blob, 50, 50), await alpha(made.blob, 70, 50)]).toEqual([0, 255])
})

test('what is empty around it goes, and nothing at all is no sticker', async () => {
  const right = line(false, 200, [200, 0], [200, 200])
  const made = await cutSticker(await picture(200, 200), undefined, 'square', [], [right])
  expect([made.width, made.height]).toEqual([100, 200])
  const all = line(false, 400, [0, 0], [200, 200])
  await expect(cutSticker(await picture(200, 200), undefined, 'square', [], [all])).rejects.toThrow(
    RangeError,
  )
})

const CIRCLE = {
  ...{ fr: 30, ip: 0, op: 30, w: 1024, h: 512 },
  layers: [
    {
      ...{ ind: 1, ty: 4, ip: 0, op: 30, st: 0 },
      ks: {
        o: { a: 0, k: 100 },
        p: {
          a: 1,
          k: [
            { t: 0, s: [256, 256, 0], h: 1 },
            { t: 15, s: [768, 256, 0], h: 1 },
          ],
        },
      },
      shapes: [
        { ty: 'el', d: 1, p: { a: 0, k: [0, 0] }, s: { a: 0, k: [400, 400] } },
        { ty: 'fl', c: { a: 0, k: [1, 0, 0, 1] }, o: { a: 0, k: 100 }, r: 1 },
      ],
    },
  ],
}

test('a drawn sticker is packed, and drawn frame by frame', async () => {
  const made = await vectorSticker(new Blob([JSON.stringify(CIRCLE)]))
  expect(made).toMatchObject({ type: 'application/x-tgsticker', width: 512, height: 256 })
  const again = await vectorSticker(made?.blob ?? new Blob())
  expect(again).toMatchObject({ width: 512, height: 256 })
  const { unpackedLottie } = await import('./lottie')
  const { Drawing } = await import('./lottie-player')
  const canvas = document.createElement('canvas')
  canvas.width = 200
  canvas.height = 100
  const drawing = new Drawing(canvas, await unpackedLottie(made?.blob ?? new Blob()))
  const red = (x: number) => canvas.getContext('2d')?.getImageData(x, 50, 1, 1).data[0]
  expect([red(50), red(150)]).toEqual([255, 0])
  drawing.show(20)
  expect([red(50), red(150)]).toEqual([0, 255])
  drawing.end()
})

test('what is no drawing is none, and what others would not draw is refused', async () => {
  expect(await vectorSticker(await picture(10, 10))).toBeUndefined()
  expect(await vectorSticker(new Blob(['words']))).toBeUndefined()
  await expect(vectorSticker(new Blob(['{"layers":[{"ty":5}]}']))).rejects.toThrow(LottieError)
})
