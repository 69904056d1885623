import { expect, test } from 'vitest'
import { windowOf } from './window'

const TEN = Array.from({ length: 10 }, () => 100)

test('at the end the last rows are drawn, and those a margin above them', () => {
  expect(windowOf(TEN, 0, 250, 100)).toEqual({ from: 6, to: 10, above: 600, below: 0 })
})

test('in the middle there is space in place of what is not drawn', () => {
  expect(windowOf(TEN, 450, 200, 100)).toEqual({ from: 2, to: 7, above: 200, below: 300 })
})

test('space and rows together are always as high as everything', () => {
  const heights = Array.from({ length: 200 }, (_, index) => 20 + ((index * 37) % 90))
  const all = heights.reduce((sum, height) => sum + height, 0)
  for (let below = -300; below < all + 300; below += 111) {
    const { from, to, above, below: under } = windowOf(heights, below, 700, 400)
    const drawn = heights.slice(from, to).reduce((sum, height) => sum + height, 0)
    expect(above + drawn + under).toBe(all)
  }
})

test('scrolled beyond either end, something is drawn still', () => {
  expect(windowOf(TEN, -5_000, 300, 100).to).toBe(10)
  const top = windowOf(TEN, 5_000, 300, 100)
  expect(top.to).toBeGreaterThanOrEqual(top.from)
})

test('no rows, nothing to draw', () => {
  expect(windowOf([], 0, 300, 100)).toEqual({ from: 0, to: 0, above: 0, below: 0 })
})
