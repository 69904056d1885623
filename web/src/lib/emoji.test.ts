import { expect, test } from 'vitest'
import { onlyEmoji, runs } from './emoji'

test.each([
  ['👍', 1],
  ['👍🏽', 1],
  ['❤️', 1],
  ['👩‍👩‍👧‍👦 🏳️‍🌈', 2],
  ['🇷🇺🇬🇧🇺🇦', 3],
  ['1️⃣', 1],
  ['😀😀😀😀', 0],
  ['ok 👍', 0],
  ['7', 0],
  ['#', 0],
  ['©', 0],
  ['', 0],
  [' ', 0],
])('%j is %i emoji and nothing else', (text, count) => {
  expect(onlyEmoji(text)).toBe(count)
})

test('a text is cut around its emoji and loses nothing', () => {
  const text = 'Привет 👋🏼, как дела? 3 😀😀!'
  const parts = runs(text)
  expect(parts.map((part) => part.text).join('')).toBe(text)
  expect(parts.filter((part) => part.emoji).map((part) => part.text)).toEqual(['👋🏼', '😀', '😀'])
})
