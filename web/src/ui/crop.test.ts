import { describe, expect, test } from 'vitest'
import { seeded } from '@/lib/seeded'
import { mostZoomOf, moveCrop, placeOf, wholeCrop, zoomCrop, zoomOf } from './crop'

const random = seeded(3)
const below = (end: number) => Math.floor(random() * end)

describe('a square of a picture', () => {
  test('is at first the largest one in the middle', () => {
    const picture = { width: 300, height: 200 }
    expect(wholeCrop(picture)).toEqual({ x: 50, y: 0, size: 200 })
    expect(placeOf(wholeCrop(picture), picture)).toEqual({ across: 0.5, down: 0.5 })
    expect(zoomOf(wholeCrop(picture), picture)).toBe(1)
  })

  test('is zoomed about a point that stays', () => {
    const picture = { width: 1000, height: 1000 }
    const near = zoomCrop(wholeCrop(picture), picture, 2, { x: 1, y: 0 })
    expect(near).toEqual({ x: 500, y: 0, size: 500 })
    expect(zoomCrop(near, picture, 0.1)).toEqual(wholeCrop(picture))
    expect(zoomOf(zoomCrop(near, picture, 1000), picture)).toBe(mostZoomOf(picture))
  })

  test('a picture with few pixels is taken as it is', () => {
    const picture = { width: 60, height: 40 }
    expect(mostZoomOf(picture)).toBe(1)
    expect(zoomCrop(wholeCrop(picture), picture, 5)).toEqual(wholeCrop(picture))
  })

  test('stays within the picture, whatever is done', () => {
    for (let round = 0; round < 200; round += 1) {
      const picture = { width: 1 + below(3000), height: 1 + below(3000) }
      let crop = wholeCrop(picture)
      for (let step = 0; step < 10; step += 1) {
        crop =
          random() < 0.5
            ? zoomCrop(crop, picture, 0.3 + 3 * random(), { x: random(), y: random() })
            : moveCrop(crop, picture, below(4000) - 2000, below(4000) - 2000)
        expect(crop.size).toBeGreaterThan(0)
        expect(Math.min(crop.x, crop.y)).toBeGreaterThanOrEqual(0)
        expect(crop.x + crop.size).toBeLessThanOrEqual(picture.width + 1e-9)
        expect(crop.y + crop.size).toBeLessThanOrEqual(picture.height + 1e-9)
      }
    }
  })
})
