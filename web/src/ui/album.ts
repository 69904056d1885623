// How pictures share a bubble: in rows of up to three, or with a tall one at the side; of all the ways that which cuts off
// least and is neither flat nor a tower.

interface Size {
  readonly width: number
  readonly height: number
}

export interface Cell extends Size {
  readonly x: number
  readonly y: number
}

export interface Arrangement extends Size {
  readonly cells: readonly Cell[]
}

/** In parts of the width that there is. */
const LEAST_SIDE = 0.18
const IDEAL_HEIGHT = 0.95
const MOST_HEIGHT = 1.3
const MOST_HEIGHT_ALONE = 1.1
/** The shapes that are shown whole, as width to height. What is beyond is cut. */
const SHAPES = { alone: [0.56, 2.4], together: [0.66, 1.8] } as const
const ROW = 3
const MANY = 5
const SIDE_COLUMN = [3, 4]

/** Places for the pictures, in whole pixels: side by side with the same gap everywhere, as wide as `width` if they are several. */
export function arrange(sizes: readonly Size[], width: number, gap = 3): Arrangement {
  const [first] = sizes
  if (!first) return { width, height: 0, cells: [] }
  if (sizes.length === 1) return alone(first, width)
  const shapes = sizes.map((size) => shape(size, SHAPES.together))
  const ways = rowsOf(shapes.length).map((counts) => inRows(shapes, counts, width, gap))
  if (SIDE_COLUMN.includes(sizes.length)) ways.push(atTheSide(shapes, width, gap))
  return ways.reduce((best, way) => (cost(way, shapes) < cost(best, shapes) ? way : best))
}

function alone(size: Size, width: number): Arrangement {
  const ratio = shape(size, SHAPES.alone)
  // A small one is not blown up, but can be hit with a finger.
  const wanted = Math.max(Math.min(size.width, width), width / 3)
  const cell = Math.round(Math.min(wanted, width, MOST_HEIGHT_ALONE * width * ratio))
  const height = Math.max(Math.round(cell / ratio), Math.round(LEAST_SIDE * width))
  return { width: cell, height, cells: [{ x: 0, y: 0, width: cell, height }] }
}

function shape({ width, height }: Size, [least, most]: readonly [number, number]): number {
  const ratio = width / height
  return ratio > 0 ? clamp(ratio, least, most) : 1
}

const clamp = (number: number, least: number, most: number) => Math.min(Math.max(number, least), most)
const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0)

/** All ways to write a number as a sum of rows. Where there are many, none stands alone: it would look like the main one. */
function rowsOf(count: number, least = count < MANY ? 1 : 2): number[][] {
  if (count === 0) return [[]]
  const ways: number[][] = []
  for (let row = least; row <= Math.min(ROW, count); row += 1) {
    for (const rest of rowsOf(count - row, least)) ways.push([row, ...rest])
  }
  return ways
}

function inRows(
  shapes: readonly number[],
  counts: readonly number[],
  width: number,
  gap: number,
): Arrangement {
  const rows: number[][] = []
  for (const count of counts) rows.push(shapes.slice(rows.flat().length, rows.flat().length + count))
  const heights = fitted(
    rows.map((row) => (width - gap * (row.length - 1)) / sum(row)),
    width,
    gap,
  )
  let y = 0
  const cells: Cell[] = []
  for (const [index, row] of rows.entries()) {
    const height = heights[index] ?? 0
    let x = 0
    for (const cell of shared(width - gap * (row.length - 1), row, LEAST_SIDE * width)) {
      cells.push({ x, y, width: cell, height })
      x += cell + gap
    }
    y += height + gap
  }
  return { width, height: y - gap, cells }
}

/** The heights of rows in whole pixels, lower where they would make a tower. */
function fitted(wanted: readonly number[], width: number, gap: number): number[] {
  const least = LEAST_SIDE * width
  const heights = wanted.map((height) => Math.max(height, least))
  const most = Math.max(MOST_HEIGHT * width - gap * (heights.length - 1), least * heights.length)
  return sum(heights) > most
    ? shared(Math.floor(most), heights, least)
    : heights.map((height) => Math.round(height))
}

function atTheSide(shapes: readonly number[], width: number, gap: number): Arrangement {
  const [tall = 1, ...others] = shapes
  const gaps = gap * (others.length - 1)
  const least = LEAST_SIDE * width
  // So wide that both sides are of one height where nothing is cut off.
  const flat = sum(others.map((ratio) => 1 / ratio))
  const wanted = (tall * (gaps + (width - gap) * flat)) / (1 + tall * flat)
  const side = Math.round(clamp(wanted, 0.4 * width, 0.72 * width))
  const height = Math.round(clamp(side / tall, least * others.length + gaps, MOST_HEIGHT * width))
  let y = 0
  const column = shared(
    height - gaps,
    others.map((ratio) => 1 / ratio),
    least,
  ).map((cell) => {
    const place = { x: side + gap, y, width: width - gap - side, height: cell }
    y += cell + gap
    return place
  })
  return { width, height, cells: [{ x: 0, y: 0, width: side, height }, ...column] }
}

/** Shares a length by weight, in whole pixels and without a rest; nobody gets less than `least`. */
function shared(length: number, weights: readonly number[], least: number): number[] {
  const floor = Math.min(Math.ceil(least), Math.floor(length / weights.length))
  const above = weights.map((weight) => Math.max(0, (length * weight) / sum(weights) - floor))
  const spare = length - floor * weights.length
  const total = sum(above)
  let given = 0
  let reached = 0
  return above.map((part, index) => {
    reached += total > 0 ? part / total : 1 / weights.length
    const end = index === weights.length - 1 ? spare : Math.round(spare * reached)
    const own = floor + end - given
    given = end
    return own
  })
}

/** How much is cut off, how far it is from a good height, and how unlike in size the pictures are. */
function cost({ width, height, cells }: Arrangement, shapes: readonly number[]): number {
  const cut = cells.map((cell, index) => Math.log(cell.width / cell.height / (shapes[index] ?? 1)) ** 2)
  const areas = cells.map((cell) => Math.log(cell.width * cell.height))
  const mean = sum(areas) / areas.length
  const unlike = areas.map((area) => (area - mean) ** 2)
  const off = Math.log(height / (IDEAL_HEIGHT * width)) ** 2
  return (4 * sum(cut)) / cells.length + sum(unlike) / (3 * cells.length) + off
}
