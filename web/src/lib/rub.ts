// What is rubbed out of a picture, and brought back: strokes of a brush, in the order in which they were drawn.
import type { Crop } from './photo'

/** A place in the picture, in its pixels. */
export interface Place {
  readonly x: number
  readonly y: number
}

export interface Stroke {
  /** It brings back what others have rubbed out. */
  readonly restores: boolean
  /** Of the brush, in pixels of the picture. */
  readonly width: number
  readonly places: readonly Place[]
}

type Pen = OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D

/** Takes out of what is drawn, a square part of the picture as large as the canvas, what was rubbed out of it. */
export function masked(pen: Pen, strokes: readonly Stroke[], part: Crop): void {
  const { width, height } = pen.canvas
  const mask = new OffscreenCanvas(width, height).getContext('2d')
  if (!mask) throw new Error('no canvas')
  mask.fillRect(0, 0, width, height)
  mask.lineCap = 'round'
  mask.lineJoin = 'round'
  mask.scale(width / part.size, height / part.size)
  mask.translate(-part.x, -part.y)
  for (const { restores, width, places } of strokes) {
    const [first, ...others] = places
    if (!first) continue
    mask.globalCompositeOperation = restores ? 'source-over' : 'destination-out'
    mask.beginPath()
    // A dot is a stroke, too.
    mask.arc(first.x, first.y, width / 2, 0, 2 * Math.PI)
    mask.fill()
    mask.lineWidth = width
    mask.beginPath()
    mask.moveTo(first.x, first.y)
    for (const { x, y } of others) mask.lineTo(x, y)
    mask.stroke()
  }
  pen.save()
  pen.globalCompositeOperation = 'destination-in'
  pen.drawImage(mask.canvas, 0, 0)
  pen.restore()
}
