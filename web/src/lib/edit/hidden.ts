import type { Hidden } from './document'
import type { Size } from './geometry'
import type { Drawing, Source } from './render'

/** So many pixels each way make one cell: more say no more of what is there. */
const SAMPLES = 8
/** Cells each way: a region that would have more has larger ones. */
const MOST_CELLS = 256
/** Cells along the shorter side. */
const MOST_ACROSS = 6
/** How far a colour may be off, of 255. */
const NOISE = 9

interface Cells {
  readonly canvas: OffscreenCanvas
  readonly hidden: Hidden
}

const made = new WeakMap<Source['image'], Map<number, Cells>>()

/**
 * Covers a region: from then on there is nothing of the picture there, nor of what was drawn there before, but some averages
 * that are a little wrong. Expects the pixels of the picture as units.
 */
export function cover(pen: Drawing, source: Source, hidden: Hidden): void {
  const { x, y, width, height, angle } = hidden.box
  pen.save()
  pen.translate(x, y)
  pen.rotate(angle)
  pen.beginPath()
  pen.rect(-width / 2, -height / 2, width, height)
  pen.clip()
  if (hidden.look === 'solid') {
    pen.fillStyle = '#141414'
    pen.fillRect(-width / 2, -height / 2, width, height)
  } else {
    const { canvas } = cellsOf(source, hidden)
    pen.imageSmoothingEnabled = hidden.look === 'blur'
    pen.imageSmoothingQuality = 'high'
    // What is smooth fades at its edge: that is beyond the region, where nothing is drawn.
    const edge = hidden.look === 'blur' ? 1 : 0
    const across = (width * canvas.width) / (canvas.width - 2 * edge)
    const down = (height * canvas.height) / (canvas.height - 2 * edge)
    pen.drawImage(canvas, -across / 2, -down / 2, across, down)
  }
  pen.restore()
}

/** The cells of a region, and of what is to be smooth one more around it. */
function cellsOf(source: Source, hidden: Hidden): Cells {
  let of = made.get(source.image)
  if (!of) made.set(source.image, (of = new Map<number, Cells>()))
  const before = of.get(hidden.id)
  if (before?.hidden === hidden) return before
  const cells = { canvas: average(source, hidden), hidden }
  of.set(hidden.id, cells)
  return cells
}

export function cellCount({ box, cell, look }: Hidden): Size {
  // However large a letter is that was hidden, there are not enough cells to read it.
  const side = Math.max(cell, Math.min(box.width, box.height) / MOST_ACROSS)
  const count = (length: number) => Math.min(MOST_CELLS, Math.max(1, Math.round(length / side)))
  const edge = look === 'blur' ? 2 : 0
  return { width: count(box.width) + edge, height: count(box.height) + edge }
}

function average(source: Source, hidden: Hidden): OffscreenCanvas {
  const { box } = hidden
  const { width: across, height: down } = cellCount(hidden)
  const edge = hidden.look === 'blur' ? 1 : 0
  const samples = new OffscreenCanvas(across * SAMPLES, down * SAMPLES)
  const from = samples.getContext('2d', { willReadFrequently: true })
  const cells = new OffscreenCanvas(across, down)
  const to = cells.getContext('2d')
  if (!from || !to) throw new Error('the browser has no canvas')
  from.imageSmoothingQuality = 'high'
  from.translate((across * SAMPLES) / 2, (down * SAMPLES) / 2)
  from.scale(((across - 2 * edge) * SAMPLES) / box.width, ((down - 2 * edge) * SAMPLES) / box.height)
  from.rotate(-box.angle)
  from.translate(-box.x, -box.y)
  from.drawImage(source.image, 0, 0, source.size.width, source.size.height)
  const { data } = from.getImageData(0, 0, samples.width, samples.height)
  const result = to.createImageData(across, down)
  for (let row = 0; row < down; row += 1) {
    for (let column = 0; column < across; column += 1) {
      const sum = [0, 0, 0, 0]
      for (let at = 0; at < SAMPLES * SAMPLES; at += 1) {
        const line = row * SAMPLES + Math.floor(at / SAMPLES)
        const start = 4 * (line * samples.width + column * SAMPLES + (at % SAMPLES))
        const alpha = data[start + 3] ?? 0
        for (let part = 0; part < 3; part += 1)
          sum[part] = (sum[part] ?? 0) + (data[start + part] ?? 0) * alpha
        sum[3] = (sum[3] ?? 0) + alpha
      }
      const start = 4 * (row * across + column)
      const alpha = sum[3] ?? 0
      // Where there is no picture it is not black: what is beside it would become dark.
      for (let part = 0; part < 3; part += 1) {
        const colour = alpha > 0 ? (sum[part] ?? 0) / alpha : 128
        result.data[start + part] = colour + (2 * noise(hidden.seed + start + part) - 1) * NOISE
      }
      result.data[start + 3] = 255
    }
  }
  to.putImageData(result, 0, 0)
  return cells
}

/** From 0 to below 1, of any whole number (a step of mulberry32). */
function noise(of: number): number {
  let mixed = Math.imul(of, 0x6d2b79f5) | 0
  mixed = Math.imul(mixed ^ (mixed >>> 15), 1 | mixed)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}
