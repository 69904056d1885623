import { expect, test } from 'vitest'
import type { News, Notification as Item } from '@/engine/types.gen'
import { load } from '@/i18n/gen/messages'
import { Wall } from '@/state/fake-browser'
import { pathOf, pin, pinSomething } from './notification'
import type { Told } from './notification-memory'

const en = await load.en()
const ru = await load.ru()

function item(conversation: string, more: Partial<Item> = {}): Item {
  const base = {
    conversation,
    title: 'Anna',
    author: null,
    text: 'Hi',
    media: null,
    count: 1,
    seq: 1,
    at: 1,
    sound: true,
  }
  return { ...base, ...more }
}

const news = (...notifications: Item[]): News => ({
  notifications,
  unread: notifications.length,
  sound: true,
})

/** A wall, and who remembers what was told. */
function here(m = en) {
  const wall = new Wall()
  let told: Told = {}
  const hear = async (now: News, show = true) => (told = await pin(wall, now, m, told, show))
  return { wall, hear }
}

test('each conversation has one notification, with what was said last', async () => {
  const { wall, hear } = here()
  await hear(news(item('a'), item('b', { title: 'Picnic', author: 'Boris', text: 'Cake!' })))
  expect(wall.texts).toEqual(['Anna: Hi', 'Picnic: Boris: Cake!'])
  await hear(news(item('a', { text: 'Hello?', seq: 2, count: 2 })))
  expect(wall.texts).toEqual(['Anna: Hello?'])
})

test('what is shown already is not shown again, and what was read is taken away', async () => {
  const { wall, hear } = here()
  await hear(news(item('a'), item('b')))
  await hear(news(item('a'), item('b')))
  expect(wall.shown).toHaveLength(2)
  await hear(news())
  expect(wall.texts).toEqual([])
})

test('what the person has put away does not come back until there is more', async () => {
  const { wall, hear } = here()
  await hear(news(item('a')))
  wall.pinned.clear()
  await hear(news(item('a'), item('b')))
  expect(wall.texts).toEqual(['Anna: Hi'])
  expect([...wall.pinned.keys()]).toEqual(['b'])
  await hear(news(item('a', { seq: 2 }), item('b')))
  expect([...wall.pinned.keys()]).toEqual(['b', 'a'])
})

test('what came before the eyes of the person is never told', async () => {
  const { wall, hear } = here()
  await hear(news(item('a')), false)
  await hear(news(item('a')))
  expect(wall.shown).toEqual([])
})

test('a text that was deleted is replaced without a sound', async () => {
  const { wall, hear } = here()
  await hear(news(item('a'), item('b')))
  await hear(news(item('a', { seq: 2, text: 'Oops' }), item('b')))
  await hear(news(item('a'), item('b')), false)
  expect(wall.shown).toEqual(['Anna: Hi', 'Anna: Hi', 'Anna: Oops', 'Anna: Hi (silent)'])
})

test('without a text it is told how much there is', async () => {
  const { wall, hear } = here(ru)
  await hear(news(item('a', { text: null, count: 5 })))
  expect(wall.texts).toEqual(['Anna: 5 новых сообщений'])
})

test('where names are not shown there is one notification for everything', async () => {
  const { wall, hear } = here()
  const hidden = { title: null, text: null }
  await hear(news(item('b', { ...hidden, count: 2, at: 2 }), item('a', hidden)))
  expect(wall.texts).toEqual(['Beseda: 3 new messages'])
  expect([...wall.pinned.values()].map(({ look }) => look.data.path)).toEqual(['/'])
  await hear(news(item('a', hidden)))
  expect(wall.shown.at(-1), 'fewer are no news').toBe('Beseda: 1 new message (silent)')
})

test('the news take the place of the mere suspicion', async () => {
  const { wall, hear } = here(ru)
  await pinSomething(wall, ru, 1)
  expect(wall.texts).toEqual(['Беседа: Возможно, у вас новые сообщения'])
  await hear(news(item('a')))
  expect(wall.texts).toEqual(['Anna: Hi'])
})

test('quiet news are shown without a sound', async () => {
  const { wall, hear } = here()
  await hear(news(item('a', { sound: false })))
  const [shown] = wall.pinned.values()
  expect([shown?.look.silent, shown?.look.renotify]).toEqual([true, false])
})

test('only marks of our own are followed', () => {
  expect(pathOf({ path: '/c/1', state: 2 })).toBe('/c/1')
  for (const other of [undefined, null, 'x', {}, { path: 1 }]) expect(pathOf(other)).toBeUndefined()
})
