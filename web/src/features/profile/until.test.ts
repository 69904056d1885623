import { expect, test } from 'vitest'
import { untilWhen } from './until'

const NOW = new Date(2026, 1, 27, 22, 30)

test('the end of the day is the next midnight here', () => {
  expect(untilWhen('today', NOW)).toBe(new Date(2026, 1, 28).getTime())
})

test('a week later it is the same time, whatever the clocks do meanwhile', () => {
  expect(untilWhen('week', NOW)).toBe(new Date(2026, 2, 6, 22, 30).getTime())
})

test('for ever has no moment', () => {
  expect(untilWhen('never', NOW)).toBeNull()
})
