import type { Box, Edit, Line, Operation, Text } from './document'
import { angleInPose, rotated, uprightIn, type Frame, type Point } from './geometry'
import { textBox, type Measure } from './text'

/** What has a place of its own, and can be taken and moved; a stroke is only taken back. */
export type Placed = Exclude<Operation, { kind: 'stroke' }>

export const isPlaced = (mark: Operation | undefined): mark is Placed =>
  mark !== undefined && mark.kind !== 'stroke'

const LEAST_SIDE = 4
/** So near to level, a text that is turned by hand becomes level. */
const LEVEL = (4 * Math.PI) / 180

export function boxOf(mark: Placed, measure: Measure): Box {
  switch (mark.kind) {
    case 'shape':
    case 'hidden':
      return mark.box
    case 'text':
      return textBox(mark, measure)
    case 'line':
      return lineBox(mark)
  }
}

function lineBox({ from, to, width, isArrow }: Line): Box {
  return {
    x: (from.x + to.x) / 2,
    y: (from.y + to.y) / 2,
    width: Math.hypot(to.x - from.x, to.y - from.y) + width,
    height: width * (isArrow ? 4 : 2),
    angle: Math.atan2(to.y - from.y, to.x - from.x),
  }
}

/** A point as the box sees it, from its middle. */
export const withinBox = (box: Box, point: Point): Point =>
  rotated({ x: point.x - box.x, y: point.y - box.y }, -box.angle)

/** The corner of a box, where left and top of its own are -1. */
export function cornerOf(box: Box, x: number, y: number): Point {
  const from = rotated({ x: (x * box.width) / 2, y: (y * box.height) / 2 }, box.angle)
  return { x: box.x + from.x, y: box.y + from.y }
}

/** What can be taken at a point; of several the one on top. */
export function markAt(edit: Edit, point: Point, slack: number, measure: Measure): Placed | undefined {
  return edit.marks.findLast((mark): mark is Placed => {
    if (!isPlaced(mark)) return false
    const box = boxOf(mark, measure)
    const { x, y } = withinBox(box, point)
    const out = Math.max(Math.abs(x) - box.width / 2, Math.abs(y) - box.height / 2)
    if (mark.kind !== 'shape') return out <= slack
    // Of a shape there is only the line.
    const near = slack + mark.width / 2
    if (mark.shape === 'rectangle') return Math.abs(out) <= near
    const far = Math.hypot((2 * x) / box.width, (2 * y) / box.height)
    return Math.abs(far - 1) * (Math.min(box.width, box.height) / 2) <= near
  })
}

export function moved<Kind extends Placed>(mark: Kind, dx: number, dy: number): Kind
export function moved(mark: Placed, dx: number, dy: number): Placed {
  const by = <Where extends Point>(point: Where): Where => ({ ...point, x: point.x + dx, y: point.y + dy })
  switch (mark.kind) {
    case 'text':
      return by(mark)
    case 'line':
      return { ...mark, from: by(mark.from), to: by(mark.to) }
    case 'shape':
    case 'hidden':
      return { ...mark, box: by(mark.box) }
  }
}

/** The corner is pulled to a point. The opposite one stays; a text grows about its middle, and turns. */
export function pulled(
  mark: Placed,
  corner: { readonly x: -1 | 1; readonly y: -1 | 1 },
  to: Point,
  frame: Frame,
  measure: Measure,
): Placed {
  switch (mark.kind) {
    case 'text':
      return pulledText(mark, cornerOf(boxOf(mark, measure), corner.x, corner.y), to, frame)
    case 'line':
      return corner.x < 0 ? { ...mark, from: to } : { ...mark, to }
    case 'shape':
    case 'hidden': {
      const stays = cornerOf(mark.box, -corner.x, -corner.y)
      return { ...mark, box: boxBetween(stays, to, mark.box.angle) }
    }
  }
}

function pulledText(text: Text, corner: Point, to: Point, frame: Frame): Text {
  const before = { x: corner.x - text.x, y: corner.y - text.y }
  const now = { x: to.x - text.x, y: to.y - text.y }
  const by = Math.hypot(now.x, now.y) / Math.max(1e-6, Math.hypot(before.x, before.y))
  const turn = Math.atan2(now.y, now.x) - Math.atan2(before.y, before.x)
  return scaledText({ ...text, angle: levelled(text.angle + turn, frame) }, by)
}

/** Level, if it nearly looks so. */
function levelled(angle: number, frame: Frame): number {
  const seen = angleInPose(frame, angle)
  const quarter = Math.round(seen / (Math.PI / 2)) * (Math.PI / 2)
  if (Math.abs(seen - quarter) > LEVEL) return angle
  return uprightIn(frame) + (frame.isMirrored ? -quarter : quarter)
}

export function scaledText(text: Text, by: number): Text {
  const size = Math.max(LEAST_SIDE, text.size * by)
  return { ...text, size, wrap: (text.wrap * size) / text.size }
}

/** A box from corner to corner. */
export function boxBetween(a: Point, b: Point, angle: number): Box {
  const way = rotated({ x: b.x - a.x, y: b.y - a.y }, -angle)
  return {
    x: (a.x + b.x) / 2,
    y: (a.y + b.y) / 2,
    width: Math.max(LEAST_SIDE, Math.abs(way.x)),
    height: Math.max(LEAST_SIDE, Math.abs(way.y)),
    angle,
  }
}

/** Wider and higher, as it is seen, by so many pixels: what the keys do. */
export function grown(mark: Placed, dx: number, dy: number, frame: Frame): Placed {
  switch (mark.kind) {
    case 'text':
      return scaledText(mark, 1 + (dx + dy) / (4 * mark.size))
    case 'line': {
      const by = rotated({ x: dx, y: dy }, -angleInPose(frame, 0))
      const across = frame.isMirrored ? -by.x : by.x
      return { ...mark, to: { x: mark.to.x + across, y: mark.to.y + by.y } }
    }
    case 'shape':
    case 'hidden': {
      const { box } = mark
      // In a pose that is turned by a quarter since, its width is what is high.
      const isAcross = Math.abs(Math.cos(angleInPose(frame, box.angle))) >= Math.SQRT1_2
      const [more, higher] = isAcross ? [dx, dy] : [dy, dx]
      return {
        ...mark,
        box: {
          ...box,
          width: Math.max(LEAST_SIDE, box.width + more),
          height: Math.max(LEAST_SIDE, box.height + higher),
        },
      }
    }
  }
}
