import type { History } from './history'
import { wholeFrame, type Frame, type Point, type Size } from './geometry'

/** Something straight that stands on the picture: its middle, its size, how it is turned. All in pixels of the picture. */
export interface Box extends Point, Size {
  /** In radians, clockwise. */
  readonly angle: number
}

interface Mark {
  /** The same for as long as it is changed. */
  readonly id: number
}

export interface Stroke extends Mark {
  readonly kind: 'stroke'
  /** A marker lets through what is under it. */
  readonly pen: 'pen' | 'marker'
  readonly points: readonly Point[]
  readonly colour: string
  readonly width: number
}

export interface Line extends Mark {
  readonly kind: 'line'
  readonly from: Point
  readonly to: Point
  readonly isArrow: boolean
  readonly colour: string
  readonly width: number
}

export interface Shape extends Mark {
  readonly kind: 'shape'
  readonly shape: 'rectangle' | 'ellipse'
  readonly box: Box
  readonly colour: string
  readonly width: number
}

export interface Text extends Mark, Point {
  readonly kind: 'text'
  readonly text: string
  /** Height of its letters. */
  readonly size: number
  readonly angle: number
  /** Lines are no longer. */
  readonly wrap: number
  readonly colour: string
  /** On a ground of its colour. */
  readonly isFilled: boolean
}

/** What nobody is to see: there is nothing of it in what is sent. */
export interface Hidden extends Mark {
  readonly kind: 'hidden'
  readonly box: Box
  readonly look: 'mosaic' | 'blur' | 'solid'
  /** The least side of a square that is left one colour, in pixels of the picture. */
  readonly cell: number
  /** Only known here: changes the colours a little, so that they can't be computed from a guess of what was there. */
  readonly seed: number
}

/** What can be put on a picture. A new kind is one more member: the compiler shows where it must be dealt with. */
export type Operation = Stroke | Line | Shape | Text | Hidden

/** All that was done to a picture. Nothing of it is ever changed in place. */
export interface Edit {
  readonly frame: Frame
  /** What comes later is over what was there before. */
  readonly marks: readonly Operation[]
}

/** An edit, and how it came about. */
export type Edits = History<Edit>

export const freshEdit = (picture: Size): Edit => ({ frame: wholeFrame(picture), marks: [] })

/** Whether it leaves the picture as it was. */
export function isUntouched({ frame, marks }: Edit, picture: Size): boolean {
  const { crop, turns, tilt, isMirrored } = frame
  return (
    marks.length === 0 &&
    turns === 0 &&
    tilt === 0 &&
    !isMirrored &&
    Math.round(crop.width) >= picture.width &&
    Math.round(crop.height) >= picture.height
  )
}

export const withFrame = (edit: Edit, frame: Frame): Edit =>
  frame === edit.frame ? edit : { ...edit, frame }

/** Adds it, or puts it in the place of what it was. */
export function withMark(edit: Edit, mark: Operation): Edit {
  const at = edit.marks.findIndex(({ id }) => id === mark.id)
  return { ...edit, marks: at < 0 ? [...edit.marks, mark] : edit.marks.with(at, mark) }
}

export const without = (edit: Edit, id: number): Edit => ({
  ...edit,
  marks: edit.marks.filter((mark) => mark.id !== id),
})

export const markOf = (edit: Edit, id: number | undefined): Operation | undefined =>
  edit.marks.find((mark) => mark.id === id)

export const nextId = ({ marks }: Edit): number => Math.max(0, ...marks.map(({ id }) => id)) + 1
