import { describe, expect, test } from 'vitest'
import { seeded } from '@/lib/seeded'
import {
  apply,
  boundsOf,
  fits,
  inverse,
  largestCrop,
  LEAST_CROP,
  mirrored,
  movedCrop,
  poseOf,
  pulledCrop,
  ratioOf,
  scaledCrop,
  seenThrough,
  shaped,
  snapped,
  tilted,
  turned,
  wholeFrame,
  type Frame,
  type Handle,
  type Point,
  type Size,
} from './geometry'

const PICTURE = { width: 300, height: 200 }
const WAYS = [-1, 0, 1] as const

/** Where the corners of the picture are seen. */
function corners(frame: Frame, { width, height }: Size) {
  const through = seenThrough(frame, { width, height }, 1)
  const at = (x: number, y: number) => {
    const seen = apply(through, { x, y })
    return [Math.round(seen.x) + 0, Math.round(seen.y) + 0]
  }
  return [at(0, 0), at(width, 0), at(width, height), at(0, height)]
}

/** Pictures of any shape, and what somebody did to them. */
function* stories(count: number) {
  for (let seed = 1; seed <= count; seed += 1) {
    const random = seeded(seed)
    const picture = { width: 20 + Math.floor(random() * 4000), height: 20 + Math.floor(random() * 4000) }
    const pick = <Value>(of: readonly Value[]) => of[Math.floor(random() * of.length)]
    const far = () => (random() - 0.5) * 2 * Math.max(picture.width, picture.height)
    let frame = wholeFrame(picture)
    for (let step = 0; step < 12; step += 1) {
      const handle: Handle = { x: pick(WAYS) ?? 1, y: pick(WAYS) ?? 0 }
      const isPulled = handle.x !== 0 || handle.y !== 0
      const steps: (() => Frame)[] = [
        () => turned(frame),
        () => mirrored(frame),
        () => tilted(frame, (random() - 0.5) * 100, picture),
        () => shaped(frame, 0.3 + random() * 3, picture),
        () => movedCrop(frame, far(), far(), picture),
        () => scaledCrop(frame, 0.2 + random() * 2, picture),
        () => (isPulled ? pulledCrop(frame, handle, { x: far(), y: far() }, picture, random() < 0.5) : frame),
      ]
      const next = pick(steps)?.() ?? frame
      yield { seed, picture, before: frame, frame: next }
      frame = next
    }
  }
}

const near = (a: Point, b: Point) => Math.hypot(a.x - b.x, a.y - b.y) < 1e-6

describe('a picture', () => {
  test('is seen as it is while nothing was done', () => {
    expect(corners(wholeFrame(PICTURE), PICTURE)).toEqual([
      [0, 0],
      [300, 0],
      [300, 200],
      [0, 200],
    ])
  })

  test('is turned clockwise, and what was wide is high', () => {
    const frame = turned(wholeFrame(PICTURE))
    expect(frame.crop).toMatchObject({ width: 200, height: 300 })
    expect(corners(frame, PICTURE)).toEqual([
      [200, 0],
      [200, 300],
      [0, 300],
      [0, 0],
    ])
  })

  test('is mirrored as it is seen, turned or not', () => {
    expect(corners(mirrored(wholeFrame(PICTURE)), PICTURE)[0]).toEqual([300, 0])
    // What is at the top right after a turn is at the top left then.
    expect(corners(mirrored(turned(wholeFrame(PICTURE))), PICTURE)[0]).toEqual([0, 0])
  })

  test('is the same after four turns, and after two mirrors', () => {
    for (const { frame } of stories(40)) {
      const { crop, ...rest } = turned(turned(turned(turned(frame))))
      expect(rest).toEqual({ isMirrored: frame.isMirrored, turns: frame.turns, tilt: frame.tilt })
      expect(near(crop, frame.crop)).toBe(true)
      const twice = mirrored(mirrored(frame))
      expect(twice).toMatchObject({ turns: frame.turns, isMirrored: frame.isMirrored })
      expect(twice.tilt).toBeCloseTo(frame.tilt)
      expect(near(twice.crop, frame.crop)).toBe(true)
    }
  })

  test('is found again from what is seen', () => {
    for (const { frame, picture, seed } of stories(40)) {
      const through = seenThrough(frame, picture, 0.25 + seed / 10)
      const point = { x: seed * 3, y: seed * 7 }
      expect(near(apply(inverse(through), apply(through, point)), point)).toBe(true)
    }
  })
})

describe('a crop', () => {
  test('never reaches beyond the picture, whatever one does', () => {
    for (const { frame, picture, seed } of stories(200)) {
      expect(fits(frame, picture), `seed ${seed}: ${JSON.stringify({ frame, picture })}`).toBe(true)
      expect(Math.min(frame.crop.width, frame.crop.height)).toBeGreaterThan(0)
    }
  })

  test('is as large as before after straightening there and back', () => {
    const start = wholeFrame(PICTURE)
    const there = tilted(start, 20, PICTURE)
    expect(there.crop.width).toBeLessThan(300)
    expect(there.crop.width / there.crop.height).toBeCloseTo(1.5)
    const back = tilted(there, 0, PICTURE)
    expect(back.crop.width).toBeCloseTo(300)
    expect(back.crop.x).toBeCloseTo(-150)
  })

  test('is the largest of its shape: one that is a little larger has no room', () => {
    for (const { frame, picture } of stories(60)) {
      const ratio = 1.3
      const { width, height } = largestCrop(frame, picture, ratio)
      const of = (by: number): Frame => ({
        ...frame,
        crop: { x: (-width * by) / 2, y: (-height * by) / 2, width: width * by, height: height * by },
      })
      expect(fits(of(1), picture)).toBe(true)
      expect(fits(of(1.01), picture)).toBe(false)
    }
  })

  test('takes a shape, and all of it when that fits again', () => {
    const square = shaped(wholeFrame(PICTURE), 1, PICTURE)
    expect(square.crop).toEqual({ x: -100, y: -100, width: 200, height: 200 })
    const again = shaped(square, ratioOf(square, PICTURE), PICTURE)
    expect(again.crop).toMatchObject({ width: 300, height: 200 })
  })

  test('is pulled at a side without the others, up to the edge', () => {
    const frame = shaped(wholeFrame(PICTURE), 1, PICTURE)
    const pulled = pulledCrop(frame, { x: 1, y: 0 }, { x: 30, y: 50 }, PICTURE, false)
    expect(pulled.crop).toEqual({ x: -100, y: -100, width: 230, height: 200 })
    expect(pulledCrop(frame, { x: 1, y: 0 }, { x: 500, y: 0 }, PICTURE, false).crop.width).toBe(250)
    expect(pulledCrop(frame, { x: -1, y: 0 }, { x: 500, y: 0 }, PICTURE, false).crop).toMatchObject({
      x: 100 - LEAST_CROP,
      width: LEAST_CROP,
    })
  })

  test('slides along an edge when a corner is pulled beyond it', () => {
    const small = pulledCrop(wholeFrame(PICTURE), { x: -1, y: -1 }, { x: 100, y: 100 }, PICTURE, false)
    const { crop } = pulledCrop(small, { x: 1, y: -1 }, { x: 70, y: -40 }, PICTURE, false)
    expect(crop).toEqual({ x: -50, y: -40, width: 200, height: 140 })
  })

  test('keeps its shape if it is to', () => {
    for (const { frame, picture, seed } of stories(60)) {
      const random = seeded(seed)
      const handle = { x: random() < 0.5 ? -1 : 1, y: random() < 0.5 ? -1 : 1 } as const
      const by = { x: (random() - 0.5) * 300, y: (random() - 0.5) * 300 }
      const { crop } = pulledCrop(frame, handle, by, picture, true)
      expect(crop.width / crop.height / (frame.crop.width / frame.crop.height)).toBeCloseTo(1)
    }
  })

  test('lands on whole pixels, and is never empty', () => {
    const odd = { width: 301, height: 201 }
    const frame = movedCrop(scaledCrop(wholeFrame(odd), 0.333, odd), 0.3, 0.4, odd)
    const { e, f } = seenThrough(snapped(frame, odd), odd, 1)
    expect([e % 1, f % 1].map(Math.abs)).toEqual([0, 0])
    const line = { ...frame, crop: { ...frame.crop, width: 0.1, height: 0.1 } }
    expect(snapped(line, odd).crop).toMatchObject({ width: 1, height: 1 })
  })
})

test('the bounds of the pose hold all corners of the picture', () => {
  for (const { frame, picture } of stories(60)) {
    const bounds = boundsOf(frame, picture)
    const pose = poseOf(frame, picture)
    for (const x of [0, picture.width]) {
      for (const y of [0, picture.height]) {
        const at = apply(pose, { x, y })
        expect(Math.abs(at.x)).toBeLessThanOrEqual(bounds.width / 2 + 1e-6)
        expect(Math.abs(at.y)).toBeLessThanOrEqual(bounds.height / 2 + 1e-6)
      }
    }
  }
})
