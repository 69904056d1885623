import type { Point } from './gestures'

/** How a picture is looked at: so many times as large, its middle so far from the middle of the stage. */
export interface View extends Point {
  readonly scale: number
}

interface Size {
  readonly width: number
  readonly height: number
}

export const WHOLE: View = { scale: 1, x: 0, y: 0 }
const LEAST_MOST = 4

/** As large as there is room for, and never larger than it is. */
export function fitted(picture: Size, stage: Size): Size {
  const scale = Math.min(1, stage.width / picture.width, stage.height / picture.height)
  return { width: picture.width * scale, height: picture.height * scale }
}

/** So that each of its pixels can be seen, or a small picture from nearby. */
export const mostScale = (picture: Size, stage: Size): number =>
  Math.max(LEAST_MOST, (2 * picture.width) / Math.max(1, fitted(picture, stage).width))

/** Nearer or further; what is at the point stays there. */
export function zoomed(view: View, factor: number, at: Point, picture: Size, stage: Size): View {
  const scale = Math.min(Math.max(view.scale * factor, 1), mostScale(picture, stage))
  const by = scale / view.scale
  return held({ scale, x: at.x - (at.x - view.x) * by, y: at.y - (at.y - view.y) * by }, picture, stage)
}

export const moved = (view: View, dx: number, dy: number, picture: Size, stage: Size): View =>
  held({ ...view, x: view.x + dx, y: view.y + dy }, picture, stage)

/** What is larger than the stage covers it; what is smaller stays in its middle. */
export function held(view: View, picture: Size, stage: Size): View {
  const shown = fitted(picture, stage)
  const hold = (at: number, length: number, room: number) => {
    const most = Math.max(0, (length * view.scale - room) / 2)
    return Math.min(Math.max(at, -most), most)
  }
  return {
    scale: view.scale,
    x: hold(view.x, shown.width, stage.width),
    y: hold(view.y, shown.height, stage.height),
  }
}
