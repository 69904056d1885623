import { beforeEach, expect, test } from 'vitest'
import { speak } from '@/i18n/index.svelte'
import { day, dayWithin, duration, roughly } from './moment'

beforeEach(() => speak('en'))

test.each([
  [30, '30 seconds', '30 seconds'],
  [299, '299 seconds', '5 minutes'],
  [300, '5 minutes', '5 minutes'],
  [5_400, '90 minutes', '2 hours'],
  [604_800, '1 week', '1 week'],
  [0, '0 seconds', '0 seconds'],
])('%d seconds are told exactly, or roughly', (seconds, exact, about) => {
  expect(duration(seconds)).toBe(exact)
  expect(roughly(seconds, 'long')).toBe(about)
})

test('a day begins with a capital letter, but for within a sentence', async () => {
  const now = new Date(2026, 10, 26, 12).getTime()
  const ago = (days: number) => now - days * 86_400_000
  expect([day(now, now), dayWithin(ago(1), now)]).toEqual(['Today', 'yesterday'])
  await speak('ru')
  expect([day(ago(7), now), day(ago(1), now)]).toEqual(['Четверг, 19 ноября', 'Вчера'])
  expect(dayWithin(ago(1), now)).toBe('вчера')
})
