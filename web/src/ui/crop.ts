import type { Crop } from '@/lib/photo'

interface Size {
  readonly width: number
  readonly height: number
}

/** So many times nearer than the whole, if there are pixels enough. */
const MOST_ZOOM = 8
const LEAST_PX = 96

const shortSide = ({ width, height }: Size) => Math.min(width, height)
const leastSize = (picture: Size) =>
  Math.min(shortSide(picture), Math.max(shortSide(picture) / MOST_ZOOM, LEAST_PX))
const clamp = (number: number, least: number, most: number) => Math.min(Math.max(number, least), most)

/** The largest square, in the middle. */
export function wholeCrop(picture: Size): Crop {
  const size = shortSide(picture)
  return { x: (picture.width - size) / 2, y: (picture.height - size) / 2, size }
}

/** Pushed within the picture, by so many of its pixels. */
export function moveCrop(crop: Crop, picture: Size, dx: number, dy: number): Crop {
  const { size } = crop
  return {
    x: clamp(crop.x + dx, 0, picture.width - size),
    y: clamp(crop.y + dy, 0, picture.height - size),
    size,
  }
}

/** Nearer by a factor; the point, in parts of the square, stays where it is. */
export function zoomCrop(crop: Crop, picture: Size, factor: number, at = { x: 0.5, y: 0.5 }): Crop {
  const size = clamp(crop.size / factor, leastSize(picture), shortSide(picture))
  const less = crop.size - size
  return moveCrop({ ...crop, size }, picture, less * at.x, less * at.y)
}

/** How near it is: 1 is the whole. */
export const zoomOf = (crop: Crop, picture: Size): number => shortSide(picture) / crop.size
export const mostZoomOf = (picture: Size): number => shortSide(picture) / leastSize(picture)

/** Where it stands, from 0 to 1 each way: the middle where it can't be moved. */
export function placeOf(crop: Crop, picture: Size): { readonly across: number; readonly down: number } {
  const part = (at: number, room: number) => (room > 0 ? at / room : 0.5)
  return { across: part(crop.x, picture.width - crop.size), down: part(crop.y, picture.height - crop.size) }
}
