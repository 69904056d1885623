import { expect, test } from 'vitest'
import { seeded } from '@/lib/seeded'
import { arrange, type Arrangement } from './album'

const random = seeded(42)
const below = (end: number) => Math.floor(random() * end)

/** Anything from a banner to a strip of paper. */
const someSize = () => ({ width: 1 + below(4000), height: 1 + below(4000) })

const albums = Array.from({ length: 600 }, (_, index) => ({
  sizes: Array.from({ length: 2 + (index % 9) }, someSize),
  width: 200 + below(400),
  gap: 1 + below(6),
}))

/** With its gap behind and below, each cell is a tile: they fill the whole if none lie over each other and nothing is free. */
function isTiled({ width, height, cells }: Arrangement, gap: number): boolean {
  const overlap = cells.some((one, index) =>
    cells
      .slice(index + 1)
      .some(
        (other) =>
          one.x < other.x + other.width + gap &&
          other.x < one.x + one.width + gap &&
          one.y < other.y + other.height + gap &&
          other.y < one.y + one.height + gap,
      ),
  )
  const outside = cells.some(
    ({ x, y, ...cell }) => x < 0 || y < 0 || x + cell.width > width || y + cell.height > height,
  )
  const area = cells.reduce((all, cell) => all + (cell.width + gap) * (cell.height + gap), 0)
  return !overlap && !outside && area === (width + gap) * (height + gap)
}

test('several pictures fill the width, with the same gap everywhere', () => {
  for (const { sizes, width, gap } of albums) {
    const way = arrange(sizes, width, gap)
    expect(way.width).toBe(width)
    expect(way.cells).toHaveLength(sizes.length)
    expect(isTiled(way, gap), JSON.stringify({ sizes, width, gap, way })).toBe(true)
  }
})

test('none is too thin to be hit, and the whole is no tower', () => {
  for (const { sizes, width, gap } of albums) {
    const { height, cells } = arrange(sizes, width, gap)
    for (const cell of cells) {
      expect(cell.width).toBeGreaterThanOrEqual(Math.floor(0.17 * width))
      expect(cell.height).toBeGreaterThanOrEqual(Math.floor(0.17 * width))
    }
    expect(height).toBeLessThanOrEqual(1.31 * width)
  }
})

test('they come in the order in which they are read', () => {
  for (const { sizes, width, gap } of albums) {
    const { cells } = arrange(sizes, width, gap)
    for (const [index, cell] of cells.entries()) {
      const before = cells[index - 1]
      if (before) expect(cell.y > before.y || cell.x > before.x).toBe(true)
    }
  }
})

test.each([
  ['a usual one', { width: 1600, height: 1200 }, 400, 300],
  ['a small one, which is not blown up', { width: 200, height: 150 }, 200, 150],
  ['a tiny one, which can still be hit', { width: 10, height: 10 }, 133, 133],
  ['a tall one, which stays on the screen', { width: 1080, height: 1920 }, 248, 441],
  ['a strip of paper, which is cut', { width: 100, height: 5000 }, 133, 237],
  ['a banner, which is cut', { width: 5000, height: 100 }, 400, 167],
  ['one that does not say its size', { width: 0, height: 0 }, 133, 133],
])('alone: %s', (_, size, width, height) => {
  expect(arrange([size], 400)).toEqual({ width, height, cells: [{ x: 0, y: 0, width, height }] })
})

test('without pictures there is nothing', () => {
  expect(arrange([], 400)).toEqual({ width: 400, height: 0, cells: [] })
})

const rows = (way: Arrangement) => [...new Set(way.cells.map(({ y }) => y))].length
const LANDSCAPE = { width: 4, height: 3 }
const PORTRAIT = { width: 3, height: 4 }

test('pictures of a kind stand as one would put them', () => {
  expect(rows(arrange([PORTRAIT, PORTRAIT], 400))).toBe(1)
  expect(rows(arrange(Array<typeof LANDSCAPE>(4).fill(LANDSCAPE), 400))).toBe(2)
  expect(rows(arrange(Array<typeof LANDSCAPE>(9).fill(LANDSCAPE), 400))).toBe(3)
  const withTall = arrange([PORTRAIT, LANDSCAPE, LANDSCAPE], 400)
  expect(withTall.cells[0]?.height).toBe(withTall.height)
})
