import type { Edit, Line, Operation, Shape, Stroke, Text } from './document'
import { seenThrough, type Size } from './geometry'
import { cover } from './hidden'
import { contrastTo } from './palette'
import { LINE_HEIGHT, linesOf, textBox, TEXT_PADDING, type Measure } from './text'

export type Drawing = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D

/** The picture that is edited; the image may have fewer pixels than it. */
export interface Source {
  readonly image: ImageBitmap | OffscreenCanvas
  /** Of the picture, upright: what an edit is measured in. */
  readonly size: Size
}

export const TEXT_FAMILY = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"
export const TEXT_WEIGHT = 600
const MARKER = 0.42
/** Text is measured at this size: at a small one, letters are rounded to pixels. */
const MEASURED = 100
const fontOf = (size: number) => `${TEXT_WEIGHT} ${size}px ${TEXT_FAMILY}`

let ruler: OffscreenCanvasRenderingContext2D | null | undefined
const widths = new Map<string, number>()

/** How wide a text is, in heights of its letters. */
export const measured: Measure = (text) => {
  ruler ??= new OffscreenCanvas(1, 1).getContext('2d')
  if (!ruler) return text.length / 2
  const known = widths.get(text)
  if (known !== undefined) return known
  ruler.font = fontOf(MEASURED)
  const width = ruler.measureText(text).width / MEASURED
  if (widths.size > 2000) widths.clear()
  widths.set(text, width)
  return width
}

/**
 * What is left of the picture, with all that is on it, from the canvas's present origin on: so many of its pixels for one of
 * the picture. What one edits is drawn by this, and what is sent.
 */
export function draw(pen: Drawing, edit: Edit, source: Source, scale: number): void {
  const { a, b, c, d, e, f } = seenThrough(edit.frame, source.size, scale)
  const { width, height } = edit.frame.crop
  pen.save()
  pen.beginPath()
  pen.rect(0, 0, width * scale, height * scale)
  pen.clip()
  pen.transform(a, b, c, d, e, f)
  pen.imageSmoothingQuality = 'high'
  pen.drawImage(source.image, 0, 0, source.size.width, source.size.height)
  for (const mark of edit.marks) drawMark(pen, mark, source, edit)
  pen.restore()
}

function drawMark(pen: Drawing, mark: Operation, source: Source, { frame }: Edit): void {
  switch (mark.kind) {
    case 'stroke':
      drawStroke(pen, mark)
      return
    case 'line':
      drawLine(pen, mark)
      return
    case 'shape':
      drawShape(pen, mark)
      return
    case 'text':
      drawText(pen, mark, frame.isMirrored)
      return
    case 'hidden':
      cover(pen, source, mark)
  }
}

function inked(pen: Drawing, colour: string, width: number): void {
  pen.strokeStyle = colour
  pen.fillStyle = colour
  pen.lineWidth = width
  pen.lineCap = 'round'
  pen.lineJoin = 'round'
}

function drawStroke(pen: Drawing, { points, pen: kind, colour, width }: Stroke): void {
  const [first] = points
  if (!first) return
  pen.save()
  inked(pen, colour, width)
  if (kind === 'marker') pen.globalAlpha = MARKER
  pen.beginPath()
  if (points.length === 1) {
    pen.arc(first.x, first.y, width / 2, 0, 2 * Math.PI)
    pen.fill()
    pen.restore()
    return
  }
  pen.moveTo(first.x, first.y)
  // Through the middles, so that there are no corners where the hand made none.
  for (const [index, point] of points.entries()) {
    const next = points[index + 1]
    if (next) pen.quadraticCurveTo(point.x, point.y, (point.x + next.x) / 2, (point.y + next.y) / 2)
    else pen.lineTo(point.x, point.y)
  }
  pen.stroke()
  pen.restore()
}

function drawLine(pen: Drawing, { from, to, isArrow, colour, width }: Line): void {
  pen.save()
  inked(pen, colour, width)
  pen.beginPath()
  pen.moveTo(from.x, from.y)
  pen.lineTo(to.x, to.y)
  if (isArrow) {
    const length = Math.hypot(to.x - from.x, to.y - from.y)
    const head = Math.min(4 * width, Math.max(width, 0.6 * length))
    const angle = Math.atan2(to.y - from.y, to.x - from.x)
    const barb = (side: number) => {
      const way = angle + Math.PI + side * 0.55
      return [to.x + head * Math.cos(way), to.y + head * Math.sin(way)] as const
    }
    pen.moveTo(...barb(1))
    pen.lineTo(to.x, to.y)
    pen.lineTo(...barb(-1))
  }
  pen.stroke()
  pen.restore()
}

function drawShape(pen: Drawing, { shape, box, colour, width }: Shape): void {
  pen.save()
  inked(pen, colour, width)
  pen.translate(box.x, box.y)
  pen.rotate(box.angle)
  pen.beginPath()
  if (shape === 'ellipse') pen.ellipse(0, 0, box.width / 2, box.height / 2, 0, 0, 2 * Math.PI)
  else pen.rect(-box.width / 2, -box.height / 2, box.width, box.height)
  pen.stroke()
  pen.restore()
}

function drawText(pen: Drawing, text: Text, isMirrored: boolean): void {
  const { size, colour, isFilled } = text
  const lines = linesOf(text, measured)
  const { width, height } = textBox(text, measured)
  pen.save()
  pen.translate(text.x, text.y)
  pen.rotate(text.angle)
  // Words can be read in any mirror.
  if (isMirrored) pen.scale(-1, 1)
  if (isFilled) {
    pen.fillStyle = colour
    pen.beginPath()
    pen.roundRect(-width / 2, -height / 2, width, height, TEXT_PADDING * size)
    pen.fill()
  }
  pen.scale(size / MEASURED, size / MEASURED)
  pen.font = fontOf(MEASURED)
  pen.textAlign = 'center'
  pen.textBaseline = 'middle'
  pen.fillStyle = isFilled ? contrastTo(colour) : colour
  pen.strokeStyle = contrastTo(colour)
  pen.lineWidth = MEASURED / 14
  pen.lineJoin = 'round'
  for (const [index, line] of lines.entries()) {
    const y = (index - (lines.length - 1) / 2) * LINE_HEIGHT * MEASURED
    if (!isFilled) {
      // A thin edge, so that it is read on a ground of its own colour too.
      pen.globalAlpha = 0.45
      pen.strokeText(line, 0, y)
      pen.globalAlpha = 1
    }
    pen.fillText(line, 0, y)
  }
  pen.restore()
}
