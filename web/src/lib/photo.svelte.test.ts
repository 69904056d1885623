import { describe, expect, test } from 'vitest'
import { bytesOf, joined, lettersOf } from './bytes'
import { exifWith, type Orientation } from './exif'
import { withoutMetadata } from './metadata'
import { describePhoto, PHOTO_LIMITS, PhotoError, preparePhoto, squarePicture } from './photo'
import { PNG_START } from './picture-pieces'
import { seeded } from './seeded'
import { hashOf, urlOf } from './thumbhash'

type Pen = OffscreenCanvasRenderingContext2D

/** Red on the left, blue on the right. */
function halves(pen: Pen, width: number, height: number) {
  pen.fillStyle = 'red'
  pen.fillRect(0, 0, width / 2, height)
  pen.fillStyle = 'blue'
  pen.fillRect(width / 2, 0, width / 2, height)
}

/** What is hard to compress. */
function noise(pen: Pen, width: number, height: number) {
  const random = seeded(1)
  const picture = pen.createImageData(width, height)
  picture.data.forEach((_, at) => (picture.data[at] = at % 4 === 3 ? 255 : Math.floor(random() * 256)))
  pen.putImageData(picture, 0, 0)
}

async function made(
  type: string,
  width: number,
  height: number,
  draw = halves,
  quality?: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const canvas = new OffscreenCanvas(width, height)
  const pen = canvas.getContext('2d')
  if (pen) draw(pen, width, height)
  const blob = await canvas.convertToBlob({ type, ...(quality === undefined ? {} : { quality }) })
  expect(blob.type).toBe(type)
  return new Uint8Array(await blob.arrayBuffer())
}

const SECRET = 'taken at home, by Vera'

/** With an Exif block in front, as a camera writes it. */
function turned(jpeg: Uint8Array, orientation: Orientation) {
  const body = joined([lettersOf('Exif\0\0'), exifWith(orientation), lettersOf(SECRET)])
  const app1 = joined([Uint8Array.of(0xff, 0xe1), bytesOf(body.length + 2, 2), body])
  return joined([jpeg.subarray(0, 2), app1, jpeg.subarray(2)])
}

const textOf = async (blob: Blob) => new TextDecoder('latin1').decode(await blob.arrayBuffer())

/** The colour of a pixel, roughly. */
async function colourAt(blob: Blob, x: number, y: number): Promise<string> {
  const bitmap = await createImageBitmap(blob)
  const pen = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')
  pen?.drawImage(bitmap, 0, 0)
  const [red = 0, green = 0, blue = 0, alpha = 0] = pen?.getImageData(x, y, 1, 1).data ?? []
  if (alpha < 128) return 'nothing'
  if (red > 200 && green > 200 && blue > 200) return 'white'
  return red > 200 ? 'red' : blue > 200 ? 'blue' : 'else'
}

const reasonOf = (result: Promise<unknown>) =>
  result.then(
    () => undefined,
    (error: unknown) => (error instanceof PhotoError ? error.reason : error),
  )

describe('a photo that is sent', () => {
  test('is made as small as a screen needs, and keeps its shape', async () => {
    const photo = await preparePhoto(new Blob([await made('image/jpeg', 5000, 2500)]))
    expect(photo).toMatchObject({ width: 2048, height: 1024, isCompressed: true, isMoving: false })
    expect(photo.blob.type).toBe('image/jpeg')
    expect(await colourAt(photo.blob, 100, 500)).toBe('red')
    expect(await colourAt(photo.blob, 1900, 500)).toBe('blue')
    const bitmap = await createImageBitmap(photo.blob)
    expect([bitmap.width, bitmap.height]).toEqual([2048, 1024])
  })

  test('is never made larger', async () => {
    const photo = await preparePhoto(new Blob([await made('image/png', 60, 30)]))
    expect(photo).toMatchObject({ width: 60, height: 30 })
  })

  test.each([
    [3, 40, 20, 'blue', 'red'],
    [6, 20, 40, 'red', 'blue'],
    [8, 20, 40, 'blue', 'red'],
  ] as const)('stands upright and tells nothing (%i)', async (orientation, width, height, first, last) => {
    const bytes = turned(await made('image/jpeg', 40, 20, halves, 1), orientation)
    const photo = await preparePhoto(new Blob([bytes]))
    expect(photo).toMatchObject({ width, height, isCompressed: true })
    expect(await textOf(photo.blob)).not.toContain(SECRET)
    expect(await textOf(photo.blob)).not.toContain('Exif')
    expect(await colourAt(photo.blob, 3, 3)).toBe(first)
    expect(await colourAt(photo.blob, width - 4, height - 4)).toBe(last)
  })

  test('stays what it is if it would only become larger', async () => {
    const bytes = await made('image/jpeg', 200, 200, noise, 0.1)
    const photo = await preparePhoto(new Blob([bytes], { type: 'text/html' }))
    expect(photo.isCompressed).toBe(false)
    expect(photo.blob.type).toBe('image/jpeg')
    expect(new Uint8Array(await photo.blob.arrayBuffer())).toEqual(bytes)
    const telling = await preparePhoto(new Blob([turned(bytes, 1)]))
    expect(telling.isCompressed).toBe(true)
    expect(await textOf(telling.blob)).not.toContain(SECRET)
  })

  test('keeps what one sees through', async () => {
    const bytes = await made('image/png', 80, 40, (pen, width, height) => halves(pen, width / 2, height))
    const photo = await preparePhoto(new Blob([bytes]), { ...PHOTO_LIMITS, side: 40 })
    expect(photo).toMatchObject({ width: 40, height: 20 })
    expect(['image/webp', 'image/png']).toContain(photo.blob.type)
    expect(await colourAt(photo.blob, 35, 10)).toBe('nothing')
    expect(await colourAt(photo.blob, 4, 10)).toBe('red')
  })

  test('becomes a JPEG where one sees through nothing', async () => {
    const photo = await preparePhoto(new Blob([await made('image/png', 400, 400, noise)]))
    expect(photo.blob.type).toBe('image/jpeg')
  })
})

/** One pixel, twice. */
const GIF = joined([
  lettersOf('GIF89a'),
  Uint8Array.of(1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255),
  ...[0, 1].map(() => Uint8Array.of(0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0)),
  Uint8Array.of(0x3b),
])

test('what moves is left as it came', async () => {
  const photo = await preparePhoto(new Blob([GIF]))
  expect(photo).toMatchObject({ width: 1, height: 1, isCompressed: false, isMoving: true })
  expect(new Uint8Array(await photo.blob.arrayBuffer())).toEqual(GIF)
})

describe('what is no picture to be shown', () => {
  const pngOf = (width: number, height: number) =>
    joined([
      lettersOf(PNG_START),
      bytesOf(13, 4),
      lettersOf('IHDR'),
      bytesOf(width, 4),
      bytesOf(height, 4),
      new Uint8Array(9),
    ])

  test.each([
    ['a text', 'not_a_picture', () => lettersOf('hello, world')],
    ['nothing', 'not_a_picture', () => new Uint8Array()],
    [
      'a drawing that is a program',
      'not_a_picture',
      () => lettersOf('<svg xmlns="http://www.w3.org/2000/svg"/>'),
    ],
    ['a bomb', 'too_large', () => pngOf(60_000, 60_000)],
    ['a bomb as a GIF', 'too_large', () => joined([lettersOf('GIF89a'), new Uint8Array(7).fill(0x7f)])],
    ['a head alone', 'damaged', () => pngOf(100, 100)],
    ['the empty picture', 'damaged', () => pngOf(0, 100)],
  ] as const)('%s: %s', async (_, reason, bytes) => {
    const blob = new Blob([joined([bytes()])], { type: 'image/png' })
    expect(await reasonOf(preparePhoto(blob))).toBe(reason)
    expect(await reasonOf(describePhoto(blob))).toBe(reason)
    expect(await reasonOf(squarePicture(blob, { x: 0, y: 0, size: 10 }))).toBe(reason)
  })

  test('is refused by its size before it is decoded', async () => {
    const blob = new Blob([await made('image/jpeg', 40, 20)])
    expect(await reasonOf(preparePhoto(blob, { ...PHOTO_LIMITS, pixels: 799 }))).toBe('too_large')
    expect(await reasonOf(preparePhoto(blob, { ...PHOTO_LIMITS, pixels: 800 }))).toBeUndefined()
    expect(await reasonOf(preparePhoto(blob, { ...PHOTO_LIMITS, bytes: blob.size - 1 }))).toBe('too_large')
  })
})

test('a picture that is sent as it is is described upright', async () => {
  const bytes = turned(await made('image/jpeg', 40, 20), 6)
  const { width, height, thumbhash } = await describePhoto(new Blob([bytes]))
  expect([width, height]).toEqual([20, 40])
  expect(thumbhash.length).toBeLessThanOrEqual(25)
})

test.each(['image/jpeg', 'image/png', 'image/webp'])(
  'a %s looks the same without its metadata',
  async (type) => {
    const bytes = await made(type, 64, 48, noise)
    const bare = withoutMetadata(type === 'image/jpeg' ? turned(bytes, 1) : bytes, type)
    const pixels = async (some: Uint8Array<ArrayBuffer>) => {
      const pen = new OffscreenCanvas(64, 48).getContext('2d')
      pen?.drawImage(await createImageBitmap(new Blob([some])), 0, 0)
      return pen?.getImageData(0, 0, 64, 48).data
    }
    expect(await pixels(bare ?? new Uint8Array())).toEqual(await pixels(bytes))
  },
)

test.each(['image/jpeg', 'image/png'])(
  'a %s that lay on its side still does not without its metadata',
  async (type) => {
    const bytes = await made(type, 40, 20)
    const exif = joined([exifWith(6), lettersOf(SECRET)])
    const chunk = joined([bytesOf(exif.length, 4), lettersOf('eXIf'), exif, new Uint8Array(4)])
    const lying =
      type === 'image/jpeg' ? turned(bytes, 6) : joined([bytes.subarray(0, 33), chunk, bytes.subarray(33)])
    const bare = new Blob([withoutMetadata(lying, type) ?? new Uint8Array()])
    expect(await textOf(bare)).not.toContain(SECRET)
    const { width, height } = await describePhoto(bare)
    expect([width, height]).toEqual([20, 40])
  },
)

describe('a picture for a profile', () => {
  test('is the square that was chosen', async () => {
    const source = new Blob([await made('image/jpeg', 2000, 1000)])
    const left = await squarePicture(source, { x: 0, y: 0, size: 1000 })
    const right = await squarePicture(source, { x: 1000, y: 0, size: 1000 }, 64)
    expect([left.type, right.type]).toEqual(['image/jpeg', 'image/jpeg'])
    expect(await colourAt(left, 256, 256)).toBe('red')
    expect(await colourAt(right, 32, 32)).toBe('blue')
    const bitmap = await createImageBitmap(left)
    expect([bitmap.width, bitmap.height]).toEqual([512, 512])
  })

  test('is no larger than what was chosen, and white where one saw through', async () => {
    const source = new Blob([await made('image/png', 40, 20, () => undefined)])
    const square = await squarePicture(await createImageBitmap(source), { x: 0, y: 0, size: 20 })
    expect((await createImageBitmap(square)).width).toBe(20)
    expect(await colourAt(square, 10, 10)).toBe('white')
  })
})

describe('what is shown before a picture is here', () => {
  test('has its shape and its colours', async () => {
    const bitmap = await createImageBitmap(new Blob([await made('image/png', 300, 150)]))
    const url = urlOf(hashOf(bitmap))
    expect(url).toMatch(/^data:image\/png;base64,/)
    const image = new Image()
    image.src = url ?? ''
    await image.decode()
    expect(image.naturalWidth / image.naturalHeight).toBeCloseTo(7 / 4, 0)
  })

  test('is nothing where the hash is nonsense', () => {
    expect(urlOf(new Uint8Array())).toBeUndefined()
    expect(urlOf(new Uint8Array(5))).toBeUndefined()
    expect(urlOf(new Uint8Array(26).fill(255))).toBeUndefined()
    expect(urlOf(Uint8Array.of(255, 255, 255, 255, 255))).toMatch(/^data:/)
  })
})
