import { expect, test } from 'vitest'
import { href, parent, parse, type Route } from './route'

const PLACES: readonly Route[] = [
  { at: 'conversations' },
  { at: 'archive' },
  { at: 'conversation', conversation: '0199-a' },
  { at: 'conversation', conversation: '0199-a', row: 0 },
  { at: 'conversation', conversation: '0199-a', row: 50_000 },
  { at: 'conversation-info', conversation: '0199-a' },
  { at: 'message-info', conversation: '0199-a', row: 7 },
  { at: 'person', account: '0199-b' },
  { at: 'new' },
  { at: 'new', what: 'group' },
  { at: 'settings' },
  { at: 'settings', section: 'privacy' },
  { at: 'join' },
  { at: 'join', step: 'phrase' },
  { at: 'join', step: 'reset-phone' },
  { at: 'invitation', token: 'aZ09_-' },
  { at: 'shared', link: '/i/aZ09_-#kEy_-' },
  { at: 'shared', link: '/p/aZ09_-#kEy_-' },
  { at: 'shared', link: '/u/ivan#kEy_-' },
  { at: 'shared', link: '/u/ivan' },
  { at: 'link', code: 'ABCD-1234' },
  { at: 'share', text: 'See https://a.example/?b=c#d, 100 %' },
]

test.each(PLACES)('$at keeps its address', (place) => {
  expect(parse(href(place))).toEqual(place)
})

test.each([
  ['/open#web+beseda:/i/aZ09_-#kEy_-', { at: 'shared', link: '/i/aZ09_-#kEy_-' }],
  ['/open#web%2Bbeseda%3A%2Fu%2Fivan%23kEy_-', { at: 'shared', link: '/u/ivan#kEy_-' }],
  ['/open#web+beseda:/settings', { at: 'settings' }],
])('the protocol leads into the app: %s', (address, place) => {
  expect(parse(address)).toEqual(place)
})

test.each([
  '/open',
  '/open#https://a.example/',
  '/open#web+beseda://a.example/',
  '/open#web+beseda:/open#web+beseda:/',
])('%s leads nowhere', (address) => {
  expect(parse(address)).toEqual({ at: 'missing', path: '/open' })
})

test.each([
  '/c',
  '/c/a/m',
  '/c/a/m/x',
  '/c/a/m/-1',
  '/c/a/b/c/d',
  '/nowhere',
  '/u',
  '/new/thing',
  '/c/%2e%2e',
  '/c/a b',
])('%s is nowhere', (path) => {
  expect(parse(path)).toEqual({ at: 'missing', path })
})

test.each(PLACES)('going up from $at ends at the conversations', (place) => {
  let here = place
  for (let steps = 0; steps < 4; steps += 1) here = parent(here)
  expect(here).toEqual({ at: 'conversations' })
})
