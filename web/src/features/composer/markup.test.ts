import { expect, test } from 'vitest'
import { person } from '@/engine/sample'
import { apply, insert, mentionBefore, mentionOf, type Field } from './markup'

/** `[` and `]` are the ends of what is selected; `|` is both. */
const field = (drawn: string): Field => {
  const start = drawn.search(/[[|]/)
  const text = drawn.replace(/[[\]|]/g, '')
  const end = drawn.includes(']') ? drawn.indexOf(']') - 1 : start
  return { text, start, end }
}

test.each([
  ['bold', 'say [it] loud', 'say **it** loud', 'it'],
  ['italic', 'say[ it ]loud', 'say _it_ loud', 'it'],
  ['code', '|', '``', ''],
  ['strike', 'a[b]', 'a~~b~~', 'b'],
] as const)('%s around %s', (mark, drawn, text, selected) => {
  const made = apply(mark, field(drawn))
  expect(made.text).toBe(text)
  expect(made.text.slice(made.start, made.end)).toBe(selected)
})

test.each(['bold', 'italic', 'strike', 'code', 'spoiler', 'quote'] as const)(
  '%s twice changes nothing',
  (mark) => {
    const before = field('one [two] three')
    const after = apply(mark, apply(mark, before))
    expect(after).toEqual(before)
  },
)

test('a quotation takes whole lines', () => {
  const made = apply('quote', field('a\nb[b\nc]c\nd'))
  expect(made.text).toBe('a\n> bb\n> cc\nd')
})

test('a block stands on lines of its own', () => {
  expect(apply('block', field('see [let a] here')).text).toBe('see \n```\nlet a\n```\n here')
})

test('a link asks for what is missing', () => {
  const words = apply('link', field('[here]'))
  expect([words.text, words.text.slice(words.start, words.end)]).toEqual(['[here](https://)', 'https://'])
  const address = { text: 'https://a.example', start: 0, end: 17 }
  expect(apply('link', address)).toEqual({ text: '[](https://a.example)', start: 1, end: 1 })
})

test.each([
  ['hi @an', { from: 3, name: 'an' }],
  ['@', { from: 0, name: '' }],
  ['мой @Бор', { from: 4, name: 'бор' }],
  ['mail me@ex', undefined],
  ['@an ', undefined],
])('in "%s" the mention is %o', (text, found) => {
  expect(mentionBefore({ text, start: text.length, end: text.length })).toEqual(found)
})

test.each([
  [person(1, { name: 'Anna', username: 'anna' }), '@anna'],
  [person(2, { name: 'Мария Сергеевна', username: null }), '@Мария Сергеевна'],
  [person(3, { account: '0199-c', name: 'C*rol [x]', username: null }), '[C*rol \\[x\\]](@0199-c)'],
])('somebody is mentioned so that the engine knows whom', (who, text) => {
  expect(mentionOf(who)).toBe(text)
})

test('a mention takes the place of its beginning', () => {
  expect(insert({ text: 'hi @an!', start: 6, end: 6 }, 3, 6, '@anna ')).toEqual({
    text: 'hi @anna !',
    start: 9,
    end: 9,
  })
})
