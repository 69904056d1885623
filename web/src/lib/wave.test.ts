import { expect, test } from 'vitest'
import { WAVE, waveOf } from './wave'

test.each([
  [[], 4, [0, 0, 0, 0]],
  [[1], 3, [255, 255, 255]],
  [[0, 1, 0, 0.5], 2, [255, 128]],
  [[-1, 2], 2, [0, 255]],
])('the loudness of %j in %i steps is %j', (levels, steps, wave) => {
  expect([...waveOf(levels, steps)]).toEqual(wave)
})

test('a long recording has as many steps as a short one', () => {
  expect(waveOf(Array.from({ length: 100_000 }, () => 0.5))).toEqual(new Uint8Array(WAVE).fill(128))
})
