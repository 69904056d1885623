import { beforeEach, expect, test } from 'vitest'
import { forget, leave, type Left, take } from './left'

const DAY = 24 * 60 * 60 * 1000

const kept = new Map<string, string>()
const shelf = {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
  removeItem: (key: string) => void kept.delete(key),
}
const draft = (key: string): Left => ({
  key,
  command: { command: 'save_draft', conversation: 'c', text: key },
})

beforeEach(() => kept.clear())

test('what was left is taken once, in the order of the calls', () => {
  leave(shelf, [draft('a'), draft('b')], 1)
  leave(shelf, [draft('c')], 2)
  expect(take(shelf, 3)).toEqual([draft('a'), draft('b'), draft('c')])
  expect(take(shelf, 3)).toEqual([])
})

test('a secret is not left lying about', () => {
  leave(
    shelf,
    [{ key: 'a', command: { command: 'set_password', current: 'horse', phrase: null, new: 'battery' } }],
    1,
  )
  expect([...kept.values()].join()).not.toContain('horse')
})

test('what the engine may have forgotten, what was forgotten here, and nonsense are not asked again', () => {
  leave(shelf, [draft('a')], 1)
  expect(take(shelf, 1 + DAY)).toEqual([])
  leave(shelf, [draft('a')], 1)
  forget(shelf)
  expect(take(shelf, 1)).toEqual([])
  for (const nonsense of ['{', '[]', '{"at":1,"asked":[{"key":"a","command":{"command":"sign_out"}}]}']) {
    kept.set('beseda.unanswered', nonsense)
    expect(take(shelf, 2)).toEqual([])
  }
})
