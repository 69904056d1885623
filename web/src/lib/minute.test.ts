import { expect, test } from 'vitest'
import { minuteOf, timeOf } from './minute'

test('a minute of the day is a time on the wall, and back', () => {
  for (const [minute, time] of [
    [0, '00:00'],
    [7 * 60 + 5, '07:05'],
    [24 * 60 - 1, '23:59'],
  ] as const) {
    expect([timeOf(minute), minuteOf(time)]).toEqual([time, minute])
  }
})

test('some browsers add seconds, and an empty field is no time', () => {
  expect([minuteOf('07:05:30'), minuteOf('')]).toEqual([425, undefined])
})
