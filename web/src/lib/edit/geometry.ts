// Three places where a point can be: in the picture (its pixels, upright), in the pose (the picture mirrored and turned about
// its middle, which is where the pose begins), and in what is seen (the pose from the corner of the crop on, times a scale).

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Rect extends Point, Size {}

/** As canvas has it: x' = ax + cy + e, y' = bx + dy + f. */
export interface Matrix {
  readonly a: number
  readonly b: number
  readonly c: number
  readonly d: number
  readonly e: number
  readonly f: number
}

/** How a picture is turned, and which part of it is left. */
export interface Frame {
  /** First of all left and right change sides. */
  readonly isMirrored: boolean
  /** Quarters, clockwise. */
  readonly turns: 0 | 1 | 2 | 3
  /** Degrees beside that, clockwise: so that the horizon is level. */
  readonly tilt: number
  /** Within the pose; never reaches beyond the picture. */
  readonly crop: Rect
}

/** Which side of a crop is pulled: left and top are -1. */
export interface Handle {
  readonly x: -1 | 0 | 1
  readonly y: -1 | 0 | 1
}

export const MOST_TILT = 45
/** A crop has at least so many pixels each way, if the picture has. */
export const LEAST_CROP = 16
/** What rounding may do. */
const SLACK = 1e-6

export const clamp = (number: number, least: number, most: number): number =>
  Math.min(Math.max(number, least), most)

export const wholeFrame = ({ width, height }: Size): Frame => ({
  isMirrored: false,
  turns: 0,
  tilt: 0,
  crop: { x: -width / 2, y: -height / 2, width, height },
})

/** In radians, clockwise. */
export const angleOf = ({ turns, tilt }: Frame): number => ((turns * 90 + tilt) * Math.PI) / 180

export function rotated({ x, y }: Point, angle: number): Point {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return { x: x * cos - y * sin, y: x * sin + y * cos }
}

export const apply = ({ a, b, c, d, e, f }: Matrix, { x, y }: Point): Point => ({
  x: a * x + c * y + e,
  y: b * x + d * y + f,
})

export function inverse({ a, b, c, d, e, f }: Matrix): Matrix {
  const by = a * d - b * c
  return {
    a: d / by,
    b: -b / by,
    c: -c / by,
    d: a / by,
    e: (c * f - d * e) / by,
    f: (b * e - a * f) / by,
  }
}

/** From the picture to the pose. */
export function poseOf(frame: Frame, { width, height }: Size): Matrix {
  // A quarter is exact, so that pixels stay pixels.
  const angle = angleOf(frame)
  const [cos, sin] =
    frame.tilt === 0
      ? [[1, 0, -1, 0][frame.turns] ?? 1, [0, 1, 0, -1][frame.turns] ?? 0]
      : [Math.cos(angle), Math.sin(angle)]
  const side = frame.isMirrored ? -1 : 1
  const [a, b, c, d] = [side * cos, side * sin, -sin, cos]
  return { a, b, c, d, e: -(a * width + c * height) / 2, f: -(b * width + d * height) / 2 }
}

/** From the picture to what is seen. */
export function seenThrough(frame: Frame, picture: Size, scale: number): Matrix {
  const { a, b, c, d, e, f } = poseOf(frame, picture)
  const { x, y } = frame.crop
  return {
    a: a * scale,
    b: b * scale,
    c: c * scale,
    d: d * scale,
    e: (e - x) * scale,
    f: (f - y) * scale,
  }
}

/** What stands upright in the pose has this angle in the picture. */
export const uprightIn = (frame: Frame): number => (frame.isMirrored ? angleOf(frame) : -angleOf(frame))

/** How an angle in the picture looks in the pose, of something that is not mirrored itself. */
export const angleInPose = (frame: Frame, angle: number): number =>
  angleOf(frame) + (frame.isMirrored ? -angle : angle)

/** All of the picture, in the pose. */
export function boundsOf(frame: Frame, { width, height }: Size): Rect {
  const { cos, sin } = slants(frame)
  const across = width * cos + height * sin
  const down = width * sin + height * cos
  return { x: -across / 2, y: -down / 2, width: across, height: down }
}

/** Width by height, as it is turned, without the tilt. */
export function ratioOf({ turns }: Frame, { width, height }: Size): number {
  return turns % 2 === 0 ? width / height : height / width
}

/** The largest crop of a shape that there is room for: in the middle. */
export function largestCrop(frame: Frame, { width, height }: Size, ratio: number): Size {
  const { cos, sin } = slants(frame)
  const across = Math.min(width / (cos + sin / ratio), height / (sin + cos / ratio))
  return { width: across, height: across / ratio }
}

function slants(frame: Frame) {
  const { turns, tilt } = frame
  if (tilt === 0) return turns % 2 === 0 ? { cos: 1, sin: 0 } : { cos: 0, sin: 1 }
  const angle = angleOf(frame)
  return { cos: Math.abs(Math.cos(angle)), sin: Math.abs(Math.sin(angle)) }
}

export function fits(frame: Frame, picture: Size): boolean {
  return roomFor(frame, frame.crop, picture) >= -SLACK * Math.max(picture.width, picture.height)
}

/** How far the corner that is furthest out is from the edge of the picture. */
function roomFor(frame: Frame, crop: Rect, { width, height }: Size): number {
  const angle = -angleOf(frame)
  return Math.min(
    ...cornersOf(crop).map((corner) => {
      const { x, y } = rotated(corner, angle)
      return Math.min(width / 2 - Math.abs(x), height / 2 - Math.abs(y))
    }),
  )
}

const cornersOf = ({ x, y, width, height }: Rect): readonly Point[] => [
  { x, y },
  { x: x + width, y },
  { x: x + width, y: y + height },
  { x, y: y + height },
]

const middleOf = ({ x, y, width, height }: Rect): Point => ({ x: x + width / 2, y: y + height / 2 })

const around = ({ x, y }: Point, { width, height }: Size): Rect => ({
  x: x - width / 2,
  y: y - height / 2,
  width,
  height,
})

/** The crop no larger than there is room for, and moved to where there is. */
export function held(frame: Frame, picture: Size): Frame {
  const { crop } = frame
  const largest = largestCrop(frame, picture, crop.width / crop.height)
  const by = Math.min(1, largest.width / crop.width)
  const size = by === 1 ? crop : { width: crop.width * by, height: crop.height * by }
  const { cos, sin } = slants(frame)
  // Where the middle may be, looked at along the picture's own sides.
  const across = Math.max(0, (picture.width - size.width * cos - size.height * sin) / 2)
  const down = Math.max(0, (picture.height - size.width * sin - size.height * cos) / 2)
  const angle = angleOf(frame)
  const middle = rotated(middleOf(crop), -angle)
  const inside = { x: clamp(middle.x, -across, across), y: clamp(middle.y, -down, down) }
  // What is inside already stays to the last bit.
  if (by === 1 && inside.x === middle.x && inside.y === middle.y) return frame
  return { ...frame, crop: around(rotated(inside, angle), size) }
}

/** How much of the room for its shape the crop takes: it stays so when the room changes. */
const partOf = (frame: Frame, picture: Size): number =>
  frame.crop.width / largestCrop(frame, picture, frame.crop.width / frame.crop.height).width

function resized(frame: Frame, picture: Size, ratio: number, part: number): Frame {
  const largest = largestCrop(frame, picture, ratio)
  const size = { width: largest.width * part, height: largest.height * part }
  return held({ ...frame, crop: around(middleOf(frame.crop), size) }, picture)
}

/** A quarter clockwise of what is seen. */
export function turned(frame: Frame): Frame {
  const { x, y, width, height } = frame.crop
  return {
    ...frame,
    turns: quarters(frame.turns + 1),
    crop: { x: -(y + height), y: x, width: height, height: width },
  }
}

/** Left and right of what is seen change sides. */
export function mirrored(frame: Frame): Frame {
  const { crop, tilt, turns, isMirrored } = frame
  return {
    isMirrored: !isMirrored,
    turns: quarters(-turns),
    tilt: tilt === 0 ? 0 : -tilt,
    crop: { ...crop, x: -(crop.x + crop.width) },
  }
}

function quarters(turns: number): Frame['turns'] {
  const rest = ((turns % 4) + 4) % 4
  return rest === 1 || rest === 2 || rest === 3 ? rest : 0
}

/** Straightened: the crop becomes as much smaller as it must, and larger again on the way back. */
export function tilted(frame: Frame, tilt: number, picture: Size): Frame {
  const ratio = frame.crop.width / frame.crop.height
  const next = { ...frame, tilt: clamp(tilt, -MOST_TILT, MOST_TILT) }
  // What is in the middle stays there.
  const middle = rotated(middleOf(frame.crop), angleOf(next) - angleOf(frame))
  const moved = { ...next, crop: around(middle, frame.crop) }
  return resized(moved, picture, ratio, partOf(frame, picture))
}

/** The crop in another shape. */
export const shaped = (frame: Frame, ratio: number, picture: Size): Frame =>
  resized(frame, picture, ratio, partOf(frame, picture))

/** The crop somewhere else. */
export function movedCrop(frame: Frame, dx: number, dy: number, picture: Size): Frame {
  const { crop } = frame
  return held({ ...frame, crop: { ...crop, x: crop.x + dx, y: crop.y + dy } }, picture)
}

/** More or less of the picture, about the middle. */
export function scaledCrop(frame: Frame, factor: number, picture: Size): Frame {
  const { width, height } = frame.crop
  const most = Math.min(LEAST_CROP, picture.width, picture.height) / Math.min(width, height)
  const by = Math.max(factor, Math.min(most, 1))
  return held(
    { ...frame, crop: around(middleOf(frame.crop), { width: width * by, height: height * by }) },
    picture,
  )
}

/** One of its sides or corners is pulled; `keeps` its shape if wanted. */
export function pulledCrop(frame: Frame, handle: Handle, by: Point, picture: Size, keeps: boolean): Frame {
  const least = Math.min(LEAST_CROP, picture.width, picture.height)
  if (keeps) return pulledInShape(frame, handle, by, picture, least)
  // One way after the other, so that one that has no room does not hold back the other.
  const across = limited(frame, side(frame.crop, handle.x, 'x', 'width', by.x, least), picture)
  return limited(across, side(across.crop, handle.y, 'y', 'height', by.y, least), picture)
}

function side(
  crop: Rect,
  way: -1 | 0 | 1,
  at: 'x' | 'y',
  along: 'width' | 'height',
  by: number,
  least: number,
): Rect {
  const length = Math.max(crop[along] + way * by, Math.min(least, crop[along]))
  if (way === 0) return crop
  return { ...crop, [along]: length, [at]: way < 0 ? crop[at] + crop[along] - length : crop[at] }
}

function pulledInShape(frame: Frame, handle: Handle, by: Point, picture: Size, least: number): Frame {
  const { x, y, width, height } = frame.crop
  const towards = { x: handle.x * width, y: handle.y * height }
  const pull = (by.x * towards.x + by.y * towards.y) / (towards.x ** 2 + towards.y ** 2)
  const factor = Math.max(1 + pull, Math.min(1, least / Math.min(width, height)))
  const size = { width: width * factor, height: height * factor }
  // What is opposite stays.
  const stays = (way: number, at: number, before: number, now: number) =>
    at + ((before - now) * (1 - way)) / 2
  return limited(
    frame,
    { ...size, x: stays(handle.x, x, width, size.width), y: stays(handle.y, y, height, size.height) },
    picture,
  )
}

/** On the way from the crop as it is to another one, as far as there is picture. */
function limited(frame: Frame, crop: Rect, picture: Size): Frame {
  const angle = -angleOf(frame)
  const before = cornersOf(frame.crop).map((corner) => rotated(corner, angle))
  const after = cornersOf(crop).map((corner) => rotated(corner, angle))
  let part = 1
  for (const [index, to] of after.entries()) {
    const from = before[index] ?? to
    for (const [a, b, edge] of [
      [from.x, to.x, picture.width / 2],
      [from.y, to.y, picture.height / 2],
    ] as const) {
      if (Math.abs(b) > edge && Math.abs(b) > Math.abs(a)) {
        part = Math.min(part, clamp((Math.sign(b) * edge - a) / (b - a), 0, 1))
      }
    }
  }
  const between = (a: number, b: number) => (part === 1 ? b : a + (b - a) * part)
  return {
    ...frame,
    crop: {
      x: between(frame.crop.x, crop.x),
      y: between(frame.crop.y, crop.y),
      width: between(frame.crop.width, crop.width),
      height: between(frame.crop.height, crop.height),
    },
  }
}

/** On whole pixels, where the picture is not tilted: nothing is blurred for half a pixel. */
export function snapped(frame: Frame, picture: Size): Frame {
  if (frame.tilt !== 0) return frame
  const bounds = boundsOf(frame, picture)
  const { crop } = frame
  const left = Math.round(crop.x - bounds.x)
  const top = Math.round(crop.y - bounds.y)
  const right = Math.max(left + 1, Math.round(crop.x + crop.width - bounds.x))
  const bottom = Math.max(top + 1, Math.round(crop.y + crop.height - bounds.y))
  return {
    ...frame,
    crop: { x: bounds.x + left, y: bounds.y + top, width: right - left, height: bottom - top },
  }
}
