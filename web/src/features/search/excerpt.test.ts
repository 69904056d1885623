import { expect, test } from 'vitest'
import { excerpt } from './excerpt'

const drawn = (text: string, matches: [number, number][]) =>
  excerpt(text, matches)
    .map((part) => (part.hit ? `[${part.text}]` : part.text))
    .join('')

test('a short text is shown whole', () => {
  expect(drawn('buy bread and butter', [[4, 5]])).toBe('buy [bread] and butter')
})

test('a long text begins shortly before the match, at a word', () => {
  const text = `${'word '.repeat(40)}bread ${'word '.repeat(60)}`
  const shown = drawn(text, [[200, 5]])
  expect(shown.startsWith('…word ')).toBe(true)
  expect(shown.indexOf('[bread]')).toBeLessThan(30)
  expect(shown.endsWith('…')).toBe(true)
})

test('matches that are not shown mark nothing', () => {
  expect(
    drawn(`bread ${'x'.repeat(300)} bread`, [
      [0, 5],
      [307, 5],
    ]),
  ).toMatch(/^\[bread\] x+…$/)
})

test('lines become one', () => {
  expect(drawn('a\nbread\nb', [[2, 5]])).toBe('a [bread] b')
})
