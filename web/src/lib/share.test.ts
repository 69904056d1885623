import { expect, test } from 'vitest'
import { parse } from './route'
import { shareAddress, textOf } from './share'

test.each([
  [{ title: '', text: 'Look at this', url: '' }, 'Look at this'],
  [{ title: 'A page', text: '', url: 'https://a.example/' }, 'https://a.example/\nA page'],
  [
    { title: 'A page', text: 'A page https://a.example/', url: 'https://a.example/' },
    'A page https://a.example/',
  ],
  [{ title: ' ', text: '', url: '' }, ''],
])('%j is one text', (handed, text) => {
  expect(textOf(handed)).toBe(text)
})

test('whatever is shared stands behind the #, and is read from there', () => {
  const form = new FormData()
  form.set('text', 'Жёлтый & 100 % #1\n"two"')
  const address = shareAddress(form)
  expect(address).toMatch(/^\/share#[^#]*$/)
  expect(parse(address)).toEqual({ at: 'share', text: 'Жёлтый & 100 % #1\n"two"' })
})
