import { describe, expect, test } from 'vitest'
import { seeded } from '@/lib/seeded'
import { fitted, moved, mostScale, WHOLE, zoomed, type View } from './zoom'

const random = seeded(3)
const below = (end: number) => Math.floor(random() * end)

describe('a picture that is looked at', () => {
  test('is shown whole, and not blown up', () => {
    expect(fitted({ width: 1000, height: 500 }, { width: 400, height: 400 })).toEqual({
      width: 400,
      height: 200,
    })
    expect(fitted({ width: 100, height: 50 }, { width: 400, height: 400 })).toEqual({
      width: 100,
      height: 50,
    })
  })

  test('stays under the point about which it is zoomed', () => {
    const picture = { width: 800, height: 800 }
    const stage = { width: 400, height: 400 }
    const view = zoomed(WHOLE, 2, { x: 60, y: -30 }, picture, stage)
    expect(view).toEqual({ scale: 2, x: -60, y: 30 })
    expect(zoomed(view, 0.01, { x: 60, y: -30 }, picture, stage)).toEqual(WHOLE)
  })

  test('never leaves an empty stripe beside it, whatever is done', () => {
    for (let round = 0; round < 200; round += 1) {
      const picture = { width: 1 + below(3000), height: 1 + below(3000) }
      const stage = { width: 300 + below(1200), height: 300 + below(1200) }
      const shown = fitted(picture, stage)
      let view: View = WHOLE
      for (let step = 0; step < 10; step += 1) {
        const at = { x: below(800) - 400, y: below(800) - 400 }
        view =
          random() < 0.5
            ? zoomed(view, 0.3 + 3 * random(), at, picture, stage)
            : moved(view, at.x, at.y, picture, stage)
        expect(view.scale).toBeGreaterThanOrEqual(1)
        expect(view.scale).toBeLessThanOrEqual(mostScale(picture, stage))
        const spareX = Math.max(0, (shown.width * view.scale - stage.width) / 2)
        const spareY = Math.max(0, (shown.height * view.scale - stage.height) / 2)
        expect(Math.abs(view.x)).toBeLessThanOrEqual(spareX)
        expect(Math.abs(view.y)).toBeLessThanOrEqual(spareY)
      }
    }
  })
})
