import { describe, expect, test } from 'vitest'
import { seeded } from '@/lib/seeded'
import { editedPhoto } from './apply'
import { freshEdit, withFrame, withMark, type Edit, type Hidden, type Text } from './document'
import { mirrored, pulledCrop, tilted, turned, wholeFrame } from './geometry'
import { cellCount } from './hidden'
import { INKS } from './palette'
import { draw, type Source } from './render'

const PICTURE = { width: 240, height: 160 }

type Pen = OffscreenCanvasRenderingContext2D

function canvas(width: number, height: number, paint: (pen: Pen) => void = () => undefined) {
  const pen = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
  if (!pen) throw new Error('no canvas')
  paint(pen)
  return pen
}

/** Red and green above, blue and white below. */
function quarters(pen: Pen) {
  const { width, height } = pen.canvas
  for (const [index, colour] of ['red', 'lime', 'blue', 'white'].entries()) {
    pen.fillStyle = colour
    pen.fillRect(((index % 2) * width) / 2, (Math.floor(index / 2) * height) / 2, width / 2, height / 2)
  }
}

/** Lines one pixel wide: detail that must not be seen again. */
function stripes(pen: Pen) {
  pen.fillStyle = 'white'
  pen.fillRect(0, 0, pen.canvas.width, pen.canvas.height)
  pen.fillStyle = 'black'
  for (let x = 0; x < pen.canvas.width; x += 2) pen.fillRect(x, 0, 1, pen.canvas.height)
}

const sourceOf = (paint = quarters, scale = 1): Source => ({
  image: canvas(PICTURE.width * scale, PICTURE.height * scale, paint).canvas,
  size: PICTURE,
})

function drawn(edit: Edit, source: Source, scale = 1): Pen {
  const { width, height } = edit.frame.crop
  return canvas(Math.round(width * scale), Math.round(height * scale), (pen) =>
    draw(pen, edit, source, scale),
  )
}

function colourAt(pen: Pen, x: number, y: number) {
  const [red = 0, green = 0, blue = 0, alpha = 0] = pen.getImageData(x, y, 1, 1).data
  if (alpha < 128) return 'nothing'
  const name = [red, green, blue].map((part) => (part > 127 ? '1' : '0')).join('')
  return { '100': 'red', '010': 'green', '001': 'blue', '111': 'white', '000': 'black' }[name] ?? name
}

/** The colours near the corners, clockwise from the top left. */
function around(pen: Pen) {
  const { width, height } = pen.canvas
  return [
    colourAt(pen, 3, 3),
    colourAt(pen, width - 4, 3),
    colourAt(pen, width - 4, height - 4),
    colourAt(pen, 3, height - 4),
  ]
}

const FRESH = freshEdit(PICTURE)
const WHOLE = wholeFrame(PICTURE)

const hidden: Hidden = {
  kind: 'hidden',
  id: 1,
  box: { x: 120, y: 80, width: 120, height: 80, angle: 0 },
  look: 'mosaic',
  cell: 20,
  seed: 7,
}

describe('a picture', () => {
  test('is drawn as it is turned and mirrored', () => {
    const seen = (frame: Edit['frame']) => around(drawn(withFrame(FRESH, frame), sourceOf()))
    expect(seen(WHOLE)).toEqual(['red', 'green', 'white', 'blue'])
    expect(seen(turned(WHOLE))).toEqual(['blue', 'red', 'green', 'white'])
    expect(seen(turned(turned(WHOLE)))).toEqual(['white', 'blue', 'red', 'green'])
    expect(seen(mirrored(WHOLE))).toEqual(['green', 'red', 'blue', 'white'])
    expect(seen(mirrored(turned(WHOLE)))).toEqual(['red', 'blue', 'white', 'green'])
  })

  test('is cropped where the crop is, turned or not', () => {
    // The right half, a little less than all of it high.
    const half = pulledCrop(WHOLE, { x: -1, y: 0 }, { x: 120, y: 0 }, PICTURE, false)
    const pen = drawn(withFrame(FRESH, half), sourceOf())
    expect([pen.canvas.width, pen.canvas.height]).toEqual([120, 160])
    expect(around(pen)).toEqual(['green', 'green', 'white', 'white'])
    expect(around(drawn(withFrame(FRESH, turned(half)), sourceOf()))).toEqual([
      'white',
      'green',
      'green',
      'white',
    ])
  })

  test('fills all of what is left when it is straightened', () => {
    const frame = tilted(WHOLE, 17, PICTURE)
    expect(around(drawn(withFrame(FRESH, frame), sourceOf()))).toEqual(['red', 'green', 'white', 'blue'])
  })

  test('looks the same at any scale, and from a smaller image', () => {
    const edit = withMark(withFrame(FRESH, turned(WHOLE)), {
      kind: 'stroke',
      id: 1,
      pen: 'pen',
      points: [
        { x: 20, y: 40 },
        { x: 100, y: 40 },
      ],
      colour: INKS.black,
      width: 12,
    })
    for (const [from, to] of [
      [1, 1],
      [0.5, 1],
      [1, 3],
    ] as const) {
      const pen = drawn(edit, sourceOf(quarters, from), to)
      expect(around(pen)).toEqual(['blue', 'red', 'green', 'white'])
      // On the left of the picture is above, after a turn.
      expect(colourAt(pen, 120 * to, 60 * to)).toBe('black')
      expect(colourAt(pen, 145 * to, 60 * to)).toBe('red')
    }
  })
})

describe('what stands on a picture', () => {
  test('is drawn in its order, and a marker lets through what is under it', () => {
    const stroke = (id: number, pen: 'pen' | 'marker', colour: string) =>
      ({ kind: 'stroke', id, pen, points: [{ x: 60, y: 40 }], colour, width: 30 }) as const
    const twice = withMark(withMark(FRESH, stroke(1, 'pen', INKS.black)), stroke(2, 'pen', INKS.white))
    expect(colourAt(drawn(twice, sourceOf()), 60, 40)).toBe('white')
    const marked = drawn(withMark(FRESH, stroke(1, 'marker', INKS.black)), sourceOf())
    const [red = 0] = marked.getImageData(60, 40, 1, 1).data
    expect(red).toBeGreaterThan(100)
    expect(red).toBeLessThan(220)
  })

  test('arrows, lines and shapes are where they were put', () => {
    const line = {
      kind: 'line',
      id: 1,
      from: { x: 20, y: 80 },
      to: { x: 200, y: 80 },
      colour: INKS.black,
      width: 6,
    } as const
    const plain = drawn(withMark(FRESH, { ...line, isArrow: false }), sourceOf())
    const arrow = drawn(withMark(FRESH, { ...line, isArrow: true }), sourceOf())
    expect(colourAt(plain, 100, 80)).toBe('black')
    expect(colourAt(plain, 188, 72)).toBe('green')
    expect(colourAt(arrow, 188, 72)).toBe('black')
    const box = { x: 120, y: 80, width: 160, height: 100, angle: 0 }
    const shape = { kind: 'shape', id: 1, box, colour: INKS.black, width: 6 } as const
    const rectangle = drawn(withMark(FRESH, { ...shape, shape: 'rectangle' }), sourceOf())
    const ellipse = drawn(withMark(FRESH, { ...shape, shape: 'ellipse' }), sourceOf())
    expect([colourAt(rectangle, 40, 30), colourAt(ellipse, 40, 30)]).toEqual(['black', 'red'])
    expect([colourAt(rectangle, 120, 30), colourAt(ellipse, 120, 30)]).toEqual(['black', 'black'])
    expect(colourAt(rectangle, 60, 60)).toBe('red')
  })

  test('a text has its ground, and is read the same way in the mirror', () => {
    const text: Text = {
      kind: 'text',
      id: 1,
      text: 'L',
      x: 60,
      y: 40,
      size: 60,
      angle: 0,
      wrap: 200,
      colour: INKS.black,
      isFilled: true,
    }
    expect(colourAt(drawn(withMark(FRESH, text), sourceOf()), 50, 5)).toBe('black')
    const plain = withMark(FRESH, { ...text, isFilled: false })
    const source = { image: canvas(240, 160, (pen) => pen.fillRect(0, 0, 0, 0)).canvas, size: PICTURE }
    /** Where the ink is, from the middle of the letter: an L has its stem on the left. */
    const lean = (edit: Edit, at: number) => {
      const { data } = drawn(edit, source).getImageData(at - 30, 10, 60, 60)
      let sum = 0
      for (let index = 0; index < data.length; index += 4)
        sum += (data[index + 3] ?? 0) * (((index / 4) % 60) - 29.5)
      return Math.sign(sum)
    }
    expect(lean(plain, 60)).toBe(-1)
    expect(lean(withFrame(plain, mirrored(WHOLE)), 180)).toBe(-1)
  })
})

describe('what is hidden', () => {
  /** How much neighbours differ, at most, within a part of a picture: what is left of one-pixel detail. */
  function detail(pen: Pen, x: number, y: number, width: number, height: number) {
    const { data } = pen.getImageData(x, y, width, height)
    const steps = []
    for (let row = 0; row < height; row += 1)
      for (let column = 1; column < width; column += 1) {
        const at = 4 * (row * width + column)
        steps.push(Math.abs((data[at] ?? 0) - (data[at - 4] ?? 0)))
      }
    return Math.max(...steps)
  }

  test('is one colour for each cell, and what is beside it stays sharp', () => {
    for (const look of ['mosaic', 'blur', 'solid'] as const) {
      const pen = drawn(withMark(FRESH, { ...hidden, look }), sourceOf(stripes))
      expect(detail(pen, 1, 1, 50, 158)).toBe(255)
      // Cells differ by what was added to them, and by nothing that was there.
      expect(detail(pen, 62, 42, 116, 76)).toBeLessThan(25)
    }
  })

  test('has as many colours as there are cells, however much was there', () => {
    const random = seeded(3)
    const noise = (pen: Pen) => {
      const picture = pen.createImageData(PICTURE.width, PICTURE.height)
      picture.data.forEach((_, at) => (picture.data[at] = at % 4 === 3 ? 255 : Math.floor(random() * 256)))
      pen.putImageData(picture, 0, 0)
    }
    const pen = drawn(withMark(FRESH, hidden), sourceOf(noise))
    const { data } = pen.getImageData(61, 41, 118, 78)
    const colours = new Set<string>()
    for (let at = 0; at < data.length; at += 4) colours.add(data.slice(at, at + 3).join())
    const { width, height } = cellCount(hidden)
    expect([width, height]).toEqual([6, 4])
    expect(colours.size).toBeLessThanOrEqual(width * height)
  })

  test('covers what was drawn there before, not what comes after', () => {
    const stroke = (id: number) =>
      ({ kind: 'stroke', id, pen: 'pen', points: [{ x: 90, y: 60 }], colour: INKS.black, width: 20 }) as const
    expect(colourAt(drawn(withMark(withMark(FRESH, stroke(2)), hidden), sourceOf()), 90, 60)).toBe('red')
    expect(colourAt(drawn(withMark(withMark(FRESH, hidden), stroke(2)), sourceOf()), 90, 60)).toBe('black')
  })

  test('shows nothing through a picture that is transparent', () => {
    const half = (pen: Pen) => {
      pen.fillStyle = 'rgb(255 0 0 / 0.3)'
      stripes(pen)
      pen.clearRect(0, 0, 240, 70)
    }
    const pen = drawn(withMark(FRESH, hidden), sourceOf(half))
    expect(pen.getImageData(120, 50, 1, 1).data[3]).toBe(255)
    expect(colourAt(pen, 20, 20)).toBe('nothing')
  })

  test('stays hidden when the picture is turned and straightened afterwards', () => {
    // Wide enough to be seen when they are tilted.
    const bars = (pen: Pen) => {
      pen.fillStyle = 'white'
      pen.fillRect(0, 0, PICTURE.width, PICTURE.height)
      pen.fillStyle = 'black'
      for (let x = 0; x < PICTURE.width; x += 12) pen.fillRect(x, 0, 6, PICTURE.height)
    }
    const tiltedFrame = tilted(turned(mirrored(WHOLE)), 8, PICTURE)
    const all = { ...hidden, box: { ...hidden.box, width: 400, height: 400 } }
    const seen = (edit: Edit) => {
      const pen = drawn(withFrame(edit, tiltedFrame), sourceOf(bars))
      // Turned by a quarter, the bars lie across: they are looked at from the side.
      const upright = canvas(pen.canvas.height, pen.canvas.width, (to) => {
        to.rotate(-Math.PI / 2)
        to.drawImage(pen.canvas, -pen.canvas.width, 0)
      })
      return detail(upright, 2, 2, upright.canvas.width - 4, upright.canvas.height - 4)
    }
    expect(seen(FRESH)).toBeGreaterThan(100)
    expect(seen(withMark(FRESH, all))).toBeLessThan(40)
  })
})

describe('what is sent', () => {
  const file = async (type: string, paint = quarters, scale = 1) =>
    canvas(PICTURE.width * scale, PICTURE.height * scale, paint).canvas.convertToBlob({ type, quality: 1 })
  async function opened(blob: Blob) {
    const bitmap = await createImageBitmap(blob)
    return canvas(bitmap.width, bitmap.height, (pen) => pen.drawImage(bitmap, 0, 0))
  }

  test('is the edited picture, in its size, as a kind that suits it', async () => {
    const edit = withFrame(FRESH, turned(WHOLE))
    const photo = await editedPhoto(await file('image/jpeg'), edit, false)
    expect(photo).toMatchObject({ width: 160, height: 240 })
    expect(photo.blob.type).toBe('image/jpeg')
    expect(around(await opened(photo.blob))).toEqual(['blue', 'red', 'green', 'white'])
  })

  test('is no larger than others, and has all its pixels if it is to', async () => {
    const size = { width: 2400, height: 1600 }
    const big = await file('image/png', quarters, 10)
    const edit = withFrame(freshEdit(size), mirrored(wholeFrame(size)))
    expect(await editedPhoto(big, edit, false)).toMatchObject({ width: 2048, height: 1365 })
    const original = await editedPhoto(big, edit, true)
    expect(original).toMatchObject({ width: 2400, height: 1600 })
    expect(original.blob.type).toBe('image/png')
    const small = await editedPhoto(big, edit, false, { side: 300, pixels: 1e8, bytes: 1e8, quality: 0.9 })
    expect(small).toMatchObject({ width: 300, height: 200 })
    expect(around(await opened(small.blob))).toEqual(['green', 'red', 'blue', 'white'])
  })

  test('has nothing of what is hidden', async () => {
    for (const isOriginal of [true, false]) {
      const photo = await editedPhoto(await file('image/png', stripes), withMark(FRESH, hidden), isOriginal)
      const { data } = (await opened(photo.blob)).getImageData(70, 50, 100, 60)
      const reds = data.filter((_, at) => at % 4 === 0)
      expect(Math.max(...reds) - Math.min(...reds)).toBeLessThan(60)
    }
  })
})
