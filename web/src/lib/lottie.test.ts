// What is taken for an animation, whoever has made it: sound ones, and what others would do harm with.
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { LottieError, MOST_PACKED, packedLottie, parsedLottie, soundLottie, unpackedLottie } from './lottie'

const circle = [
  { ty: 'el', p: { a: 0, k: [0, 0] }, s: { a: 0, k: [100, 100] } },
  { ty: 'fl', c: { a: 0, k: [1, 0, 0, 1] }, o: { a: 0, k: 100 } },
  { ty: 'tr', p: { a: 0, k: [256, 256] } },
]
const layer = (more: object = {}) => ({
  ...{ ind: 1, ty: 4, ip: 0, op: 60, st: 0, ks: { o: { a: 0, k: 100 } } },
  shapes: [{ ty: 'gr', it: circle }],
  ...more,
})
const animation = (more: object = {}) => ({
  ...{ v: '5.7.1', fr: 30, ip: 0, op: 60, w: 512, h: 512, assets: [] },
  layers: [layer()],
  ...more,
})
const packed = (json: unknown) => new Blob([gzipSync(JSON.stringify(json))])

/** Layers that show a part of it. */
const showing = (...parts: string[]) =>
  parts.map((refId, at) => ({ ind: at + 1, ty: 0, refId, ip: 0, op: 60 }))

test('a sound one is read, packed and not, and survives the way there and back', async () => {
  const read = await unpackedLottie(packed(animation()))
  expect([read.width, read.height, read.frames, read.rate]).toEqual([512, 512, 60, 30])
  expect(parsedLottie(JSON.stringify(animation()))).toEqual(read)
  const again = await packedLottie(read)
  expect(again.type).toBe('application/x-tgsticker')
  expect(await unpackedLottie(again)).toEqual(read)
})

test('names, programs, effects and broken lines are left away', () => {
  const line = { ty: 'st', nm: 'line', d: [{ n: 'd', v: { a: 0, k: 0.0001 } }], w: { a: 0, k: 4 } }
  const told = layer({
    nm: 'C:\\Users\\Vera',
    ef: [{ ty: 5, ef: [] }],
    ks: {
      o: { a: 0, k: 100, x: 'while(true){}' },
      r: { a: 1, k: [{ t: 0, s: [0], i: { x: [1], y: [1] } }] },
    },
    shapes: [line],
  })
  const { data } = soundLottie(
    animation({
      nm: 'secret',
      meta: { a: 'Vera' },
      fonts: { list: [{ fPath: 'https://a' }] },
      layers: [told],
    }),
  )
  const text = JSON.stringify(data)
  expect(text).not.toMatch(/Vera|while|secret|https|"nm"|"ef"|0\.0001/)
  expect(text).toContain('"i":{"x":[1],"y":[1]}')
})

test.each([
  [
    'a picture',
    { assets: [{ id: 'a', u: 'https://evil.example/', p: 'a.png', w: 1, h: 1 }], layers: showing('a') },
  ],
  ['a layer that is a picture', { layers: [layer({ ty: 2, refId: 'a' })] }],
  ['words', { layers: [layer({ ty: 5 })] }],
  ['a layer of a later kind', { layers: [layer({ ty: 99 })] }],
  ['shapes that repeat others', { layers: [layer({ shapes: [{ ty: 'rp', c: { k: 1e6 } }] })] }],
  ['lines that break', { layers: [layer({ shapes: [{ ty: 'gr', it: [{ ty: 'zz', r: { k: 1e6 } }] }] })] }],
  ['a star with too many corners', { layers: [layer({ shapes: [{ ty: 'sr', pt: { a: 0, k: 101 } }] })] }],
  [
    'a star whose corners change',
    { layers: [layer({ shapes: [{ ty: 'sr', pt: { a: 1, k: [{ s: [9] }] } }] })] },
  ],
  ['a part that shows itself', { assets: [{ id: 'a', layers: showing('a') }], layers: showing('a') }],
  ['a part that is not there', { layers: showing('b') }],
  [
    'a layer that moves with itself',
    { layers: [layer({ ind: 1, parent: 2 }), layer({ ind: 2, parent: 1 })] },
  ],
  ['no layers', { layers: null }],
  ['layers that are no list', { layers: { length: 1e9 } }],
  ['no size', { w: 0 }],
  ['a size without measure', { h: 4_097 }],
  ['no frames', { op: 0 }],
  ['too many frames', { op: 1_201 }],
  ['a rate without measure', { fr: 121 }],
  ['a number without measure', { layers: [layer({ st: 1e7 })] }],
  ['long words', { layers: [layer({ refId: 'x'.repeat(201) })] }],
])('%s: that is not drawn', (_, more) => {
  expect(() => soundLottie(animation(more))).toThrow(LottieError)
})

test('limits hold at their edges', () => {
  for (const more of [{ op: 1_200 }, { fr: 120 }, { w: 4_096, h: 1 }, { layers: [layer({ st: 1e6 })] }])
    expect(() => soundLottie(animation(more))).not.toThrow()
  const star = (corners: number) => ({
    layers: [layer({ shapes: [{ ty: 'sr', pt: { a: 0, k: corners } }] })],
  })
  expect(() => soundLottie(animation(star(100)))).not.toThrow()
})

test('parts that show each other, again and again, are weighed as they are drawn', () => {
  const doubled = (depth: number) =>
    Array.from({ length: depth }, (_, at) => ({
      id: String(at),
      layers:
        at === 0
          ? Array.from({ length: 50 }, () => layer())
          : showing(...Array<string>(10).fill(String(at - 1))),
    }))
  const nested = (depth: number) => animation({ assets: doubled(depth), layers: showing(String(depth - 1)) })
  expect(() => soundLottie(nested(2))).not.toThrow()
  expect(() => soundLottie(nested(5))).toThrow(LottieError)
  expect(() => soundLottie(nested(20))).toThrow(LottieError)
})

test('what becomes too large when it is unpacked is not', async () => {
  const bomb = new Blob([gzipSync(Buffer.alloc(40_000_000, ' '))])
  expect(bomb.size).toBeLessThan(MOST_PACKED)
  await expect(unpackedLottie(bomb)).rejects.toThrow(LottieError)
  await expect(unpackedLottie(new Blob([new Uint8Array(MOST_PACKED + 1)]))).rejects.toThrow(LottieError)
  expect(() => parsedLottie(' '.repeat(2 * 1024 * 1024 + 1))).toThrow(LottieError)
})

test('what is deep, cut off, no JSON, or tells what objects are made of, breaks nothing', async () => {
  expect(() => parsedLottie(`{"layers":${'['.repeat(100_000)}`)).toThrow(LottieError)
  expect(() => parsedLottie(`{"layers":${'['.repeat(60)}${']'.repeat(60)}}`)).toThrow(LottieError)
  const whole = new Uint8Array(await packed(animation()).arrayBuffer())
  for (let end = 0; end < whole.length - 8; end += 7)
    await expect(unpackedLottie(new Blob([whole.subarray(0, end)]))).rejects.toThrow(LottieError)
  for (const text of ['', 'null', '7', '[]', '"a"', '{'])
    expect(() => parsedLottie(text)).toThrow(LottieError)
  const { data } = parsedLottie(JSON.stringify(animation()).replace('{', '{"__proto__":{"polluted":true},'))
  expect('polluted' in data || 'polluted' in {}).toBe(false)
})
