import { expect, test } from 'vitest'
import { EmojiHabits } from './emoji-habits.svelte'

function storage(kept?: string) {
  const map = new Map(kept === undefined ? [] : [['beseda.emoji', kept]])
  return {
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
  }
}

test('the last used comes first, once, and is there after a reload', () => {
  const here = storage()
  const habits = new EmojiHabits(here)
  for (const emoji of ['👍', '🎉', '👍']) habits.used(emoji)
  habits.prefer(3)
  const again = new EmojiHabits(here)
  expect(again.recent).toEqual(['👍', '🎉'])
  expect(again.tone).toBe(3)
})

test.each(['', 'null', '7', '{"recent":7,"tone":9}', '{"recent":[1,{}],"tone":-1}', '{"recent":[]}'])(
  'what is kept as %o is taken as nothing',
  (kept) => {
    const habits = new EmojiHabits(storage(kept))
    expect([habits.recent, habits.tone]).toEqual([[], 0])
  },
)

test('where storage is forbidden it is remembered until the page is closed', () => {
  const habits = new EmojiHabits({
    getItem: () => {
      throw new Error('forbidden')
    },
    setItem: () => {
      throw new Error('forbidden')
    },
  })
  habits.used('👍')
  expect(habits.recent).toEqual(['👍'])
})
