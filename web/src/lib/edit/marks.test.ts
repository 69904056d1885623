import { describe, expect, test } from 'vitest'
import type { Hidden, Line, Shape, Text } from './document'
import { freshEdit, isUntouched, markOf, nextId, withFrame, withMark, without } from './document'
import { angleInPose, apply, mirrored, seenThrough, tilted, turned, uprightIn, wholeFrame } from './geometry'
import { boxBetween, boxOf, cornerOf, grown, markAt, moved, pulled } from './marks'
import { contrastTo, INKS } from './palette'
import { linesOf, textBox } from './text'

const PICTURE = { width: 400, height: 300 }
const WHOLE = wholeFrame(PICTURE)
/** Each letter half as wide as high. */
const measure = (text: string) => text.length / 2

const text: Text = {
  kind: 'text',
  id: 1,
  text: 'hello',
  x: 100,
  y: 100,
  size: 20,
  angle: 0,
  wrap: 200,
  colour: INKS.red,
  isFilled: false,
}
const shape: Shape = {
  kind: 'shape',
  id: 2,
  shape: 'rectangle',
  box: { x: 200, y: 150, width: 100, height: 60, angle: 0 },
  colour: INKS.blue,
  width: 4,
}
const hidden: Hidden = { kind: 'hidden', id: 3, box: shape.box, look: 'mosaic', cell: 10, seed: 1 }
const line: Line = {
  kind: 'line',
  id: 4,
  from: { x: 10, y: 10 },
  to: { x: 110, y: 10 },
  isArrow: true,
  colour: INKS.green,
  width: 4,
}

describe('an edit', () => {
  test('never changes in place', () => {
    const before = freshEdit(PICTURE)
    const after = withMark(withMark(before, text), shape)
    expect(before.marks).toEqual([])
    expect(after.marks).toEqual([text, shape])
    expect(withMark(after, { ...text, text: 'bye' }).marks).toMatchObject([{ text: 'bye' }, { id: 2 }])
    expect(without(after, 1).marks).toEqual([shape])
    expect(markOf(after, 2)).toBe(shape)
    expect(nextId(after)).toBe(3)
  })

  test('knows whether it leaves the picture as it was', () => {
    const fresh = freshEdit(PICTURE)
    expect(isUntouched(fresh, PICTURE)).toBe(true)
    expect(isUntouched(withMark(fresh, line), PICTURE)).toBe(false)
    expect(isUntouched(withFrame(fresh, turned(WHOLE)), PICTURE)).toBe(false)
    expect(isUntouched(withFrame(fresh, tilted(tilted(WHOLE, 9, PICTURE), 0, PICTURE)), PICTURE)).toBe(true)
  })
})

describe('a text', () => {
  test('is as wide as its longest line', () => {
    expect(textBox({ ...text, text: 'hello\nyou' }, measure)).toMatchObject({ width: 62, height: 62 })
  })

  test('goes on in the next line where there is no more room', () => {
    const lines = (words: string, wrap: number) => linesOf({ text: words, size: 10, wrap }, measure)
    expect(lines('one two three', 40)).toEqual(['one two', 'three'])
    expect(lines('one\n\ntwo', 40)).toEqual(['one', '', 'two'])
    expect(lines('indistinguishable', 40)).toEqual(['indistin', 'guishabl', 'e'])
    expect(lines('', 40)).toEqual([''])
    // A letter wider than the line is shown all the same.
    expect(lines('ab', 1)).toEqual(['a', 'b'])
  })

  test('is pulled larger and turned at its corner, and level when it nearly is', () => {
    const corner = cornerOf(boxOf(text, measure), 1, 1)
    const twice = { x: 2 * corner.x - text.x, y: 2 * corner.y - text.y }
    expect(pulled(text, { x: 1, y: 1 }, twice, WHOLE, measure)).toMatchObject({
      size: 40,
      wrap: 400,
      angle: 0,
    })
    const turnedRound = pulled(text, { x: 1, y: 1 }, { x: 0, y: 100 }, WHOLE, measure)
    expect(turnedRound).not.toMatchObject({ angle: 0 })
    const slightly = { x: corner.x - 1, y: corner.y + 1 }
    expect(pulled(text, { x: 1, y: 1 }, slightly, WHOLE, measure)).toMatchObject({ angle: 0 })
  })
})

describe('what stands on a picture', () => {
  test('is taken where it is seen: of a shape the line, of a region all of it', () => {
    const edit = { ...freshEdit(PICTURE), marks: [text, shape, line] }
    expect(markAt(edit, { x: 200, y: 150 }, 3, measure)).toBeUndefined()
    expect(markAt(edit, { x: 151, y: 150 }, 3, measure)?.id).toBe(2)
    expect(markAt(edit, { x: 60, y: 14 }, 3, measure)?.id).toBe(4)
    expect(markAt(edit, { x: 100, y: 105 }, 3, measure)?.id).toBe(1)
    expect(markAt(withMark(edit, hidden), { x: 200, y: 150 }, 0, measure)?.id).toBe(3)
    const ellipse = { ...freshEdit(PICTURE), marks: [{ ...shape, shape: 'ellipse' as const }] }
    expect(markAt(ellipse, { x: 152, y: 122 }, 4, measure)).toBeUndefined()
    expect(markAt(ellipse, { x: 200, y: 121 }, 4, measure)?.id).toBe(2)
  })

  test('is moved', () => {
    expect(moved(text, 5, -5)).toMatchObject({ x: 105, y: 95 })
    expect(moved(line, 5, -5)).toMatchObject({ from: { x: 15, y: 5 }, to: { x: 115, y: 5 } })
    expect(moved(shape, 5, -5).box).toMatchObject({ x: 205, y: 145 })
  })

  test('is pulled at a corner, while the opposite one stays', () => {
    const to = { x: 300, y: 200 }
    expect(pulled(hidden, { x: 1, y: 1 }, to, WHOLE, measure)).toMatchObject({
      box: { x: 225, y: 160, width: 150, height: 80 },
    })
    expect(pulled(line, { x: 1, y: 1 }, to, WHOLE, measure)).toMatchObject({ from: line.from, to })
    expect(pulled(line, { x: -1, y: 1 }, to, WHOLE, measure)).toMatchObject({ from: to, to: line.to })
  })

  test('grows the way that it is seen, however the picture is turned', () => {
    expect(grown(shape, 10, 0, WHOLE)).toMatchObject({ box: { width: 110, height: 60 } })
    expect(grown(shape, 10, 0, turned(WHOLE))).toMatchObject({ box: { width: 100, height: 70 } })
    expect(grown(line, 10, 0, mirrored(WHOLE))).toMatchObject({ to: { x: 100, y: 10 } })
    expect(grown(text, 10, 0, WHOLE)).toMatchObject({ size: 22.5 })
  })

  test('is upright as it is seen, when it is put on a picture that is turned', () => {
    for (const frame of [WHOLE, turned(WHOLE), mirrored(tilted(turned(WHOLE), 13, PICTURE))]) {
      expect(angleInPose(frame, uprightIn(frame))).toBeCloseTo(0)
      const box = boxBetween({ x: 100, y: 100 }, { x: 190, y: 160 }, uprightIn(frame))
      const through = seenThrough(frame, PICTURE, 1)
      const [a, b] = [apply(through, cornerOf(box, -1, -1)), apply(through, cornerOf(box, 1, -1))]
      expect(a.y).toBeCloseTo(b.y)
    }
  })
})

test('what stands on a colour can be read', () => {
  expect(contrastTo(INKS.white)).toBe(INKS.black)
  expect(contrastTo(INKS.yellow)).toBe(INKS.black)
  expect(contrastTo(INKS.black)).toBe(INKS.white)
  expect(contrastTo(INKS.blue)).toBe(INKS.white)
})
