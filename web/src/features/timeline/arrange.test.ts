import { expect, test } from 'vitest'
import type { MessageView } from '@/engine/port'
import { message } from '@/engine/sample'
import { arrange } from './arrange'

const NOON = new Date(2026, 2, 3, 12).getTime()
const MINUTE = 60_000

const said = (row: number, author: string, at: number, more: Partial<MessageView> = {}): MessageView =>
  message(row, {
    message: { a: author, m: `m${row}` },
    author_name: author,
    own: author === 'me',
    at,
    body: { body: 'text', text: 'hi', entities: [], attachments: [] },
    ...more,
  })

test('what one person says in a few minutes stands together', () => {
  const rows = arrange(
    [
      said(1, 'ann', NOON),
      said(2, 'ann', NOON + MINUTE),
      said(3, 'bob', NOON + 2 * MINUTE),
      said(4, 'bob', NOON + 9 * MINUTE),
    ],
    99,
  )
  expect(rows.map(({ isFirst, isLast }) => [isFirst, isLast])).toEqual([
    [true, false],
    [false, true],
    [true, true],
    [true, true],
  ])
})

test('a day begins where its first message stands', () => {
  const rows = arrange(
    [said(1, 'ann', NOON), said(2, 'ann', NOON + 1), said(3, 'ann', NOON + 86_400_000)],
    99,
  )
  expect(rows.map(({ startsDay }) => startsDay)).toEqual([true, false, true])
})

test('what happened in the conversation interrupts a group', () => {
  const event = said(2, 'ann', NOON + 1, { body: { body: 'system', event: { event: 'created' } } })
  const rows = arrange([said(1, 'ann', NOON), event, said(3, 'ann', NOON + 2)], 99)
  expect(rows.map(({ isFirst, isLast }) => [isFirst, isLast])).toEqual([
    [true, true],
    [true, true],
    [true, true],
  ])
})

test('the line stands before the first message of somebody else that was not read', () => {
  const rows = arrange(
    [said(1, 'ann', NOON), said(2, 'me', NOON + 1), said(3, 'ann', NOON + 2), said(4, 'ann', NOON + 3)],
    1,
  )
  expect(rows.map(({ isFirstNew }) => isFirstNew)).toEqual([false, false, true, false])
})

test('the line stands nowhere before anything was ever read', () => {
  const rows = arrange([said(1, 'ann', NOON), said(2, 'ann', NOON + 1)], 0)
  expect(rows.some(({ isFirstNew }) => isFirstNew)).toBe(false)
})

test('rows that have not changed stay the same objects', () => {
  const messages = [said(1, 'ann', NOON), said(2, 'bob', NOON + 1)]
  const before = arrange(messages, 99)
  const after = arrange([...messages, said(3, 'bob', NOON + 2)], 99, before)
  expect(after[0]).toBe(before[0])
  expect(after[1]).not.toBe(before[1])
})
