import { expect, test } from 'vitest'
import { emojiTable, findEmoji, GROUPS } from './emoji'

const find = async (sought: string) => findEmoji(await emojiTable(), sought).map(({ emoji }) => emoji)

test('there is something in each group, and a great deal altogether', async () => {
  const { groups } = await emojiTable()
  expect(groups.map(({ group }) => group)).toEqual(GROUPS)
  expect(groups.every(({ emoji }) => emoji.length > 50)).toBe(true)
  expect(groups[0]?.emoji[0]?.emoji).toBe('😀')
  expect(groups.at(-1)?.emoji.map(({ emoji }) => emoji)).toContain('🇷🇺')
})

test.each([
  ['сердце', '❤️'],
  ['heart', '❤️'],
  ['слезы', '😭'],
  ['слёзы', '😭'],
  ['thumbs up', '👍'],
  ['коф', '☕'],
])('%s finds %s', async (sought, emoji) => {
  expect(await find(sought)).toContain(emoji)
})

test('what is called so comes before what is only tagged so', async () => {
  expect((await find('cat'))[0]).toBe('🐈')
})

test('all words count', async () => {
  const both = await find('red heart')
  expect(both).toContain('❤️')
  expect(both).not.toContain('💙')
})

test('hands have five tones', async () => {
  const { groups } = await emojiTable()
  const wave = groups.flatMap(({ emoji }) => emoji).find(({ emoji }) => emoji === '👋')
  expect(wave?.tones).toEqual(['👋🏻', '👋🏼', '👋🏽', '👋🏾', '👋🏿'])
})

test.each(['', '   ', '!!'])('%o finds nothing', async (sought) => {
  expect(await find(sought)).toEqual([])
})
