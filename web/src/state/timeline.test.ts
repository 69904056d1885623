import { expect, test } from 'vitest'
import { conversation, message, page, world } from '@/engine/sample'
import type { MessageView } from '@/engine/port'
import { Engine } from './engine.svelte'
import { Timelines } from './timeline.svelte'

const rows = (count: number): MessageView[] => Array.from({ length: count }, (_, at) => message(at + 1))

function open(count: number, read = count) {
  const here = world(rows(count), [conversation('talk', { read })])
  const shown = here.conversations[0]
  if (!shown) throw new Error('the world has one')
  return { here, timeline: new Timelines(new Engine(here.engine)).open(shown) }
}
const held = (timeline: { rows: readonly MessageView[] }) => timeline.rows.map(({ row }) => row)
const consecutive = (numbers: readonly number[]) => numbers.every((row, at) => row === (numbers[0] ?? 0) + at)

test('reading on in both directions leaves no gap and holds no more than a page of the engine', async () => {
  const { timeline } = open(3_000)
  await timeline.toRow(1_500)
  for (let page = 0; page < 12; page += 1) await timeline.older()
  expect(consecutive(held(timeline))).toBe(true)
  expect(held(timeline)[0]).toBeLessThan(700)
  expect(timeline.rows.length).toBeLessThanOrEqual(500)
  expect(timeline.moreAfter).toBe(true)
  for (let page = 0; page < 40; page += 1) await timeline.newer()
  expect(held(timeline).at(-1)).toBe(3_000)
  expect(consecutive(held(timeline))).toBe(true)
  expect(timeline.moreAfter).toBe(false)
})

test('at the beginning there is nothing older', async () => {
  const { timeline } = open(30)
  await timeline.toEnd()
  expect(timeline.moreBefore).toBe(false)
  await timeline.older()
  expect(held(timeline)).toHaveLength(30)
})

test('something new at the end is there after the notice, and the rest stays the same objects', async () => {
  const { here, timeline } = open(200)
  timeline.follow()
  await timeline.toEnd()
  const before = timeline.rows
  here.rows.push(message(201))
  here.changed('talk')
  await expect.poll(() => held(timeline).at(-1)).toBe(201)
  expect(timeline.rows.find(({ row }) => row === 200)).toBe(before.at(-1))
  expect(held(timeline)[0]).toBe(before[0]?.row)
})

test('far from the end, a notice reads again what is looked at', async () => {
  const { here, timeline } = open(3_000)
  timeline.follow()
  await timeline.toRow(1_000)
  timeline.look(1_000)
  const at = here.rows.findIndex(({ row }) => row === 1_000)
  here.rows[at] = message(1_000, { edited_at: 5 })
  here.changed('talk')
  await expect.poll(() => timeline.rows.find(({ row }) => row === 1_000)?.edited_at).toBe(5)
  expect(consecutive(held(timeline))).toBe(true)
})

test('a notice during a read leads to one more', async () => {
  const { here, timeline } = open(300)
  timeline.follow()
  await timeline.toEnd()
  const reading = timeline.older()
  here.rows.push(message(301))
  here.changed('talk')
  await reading
  await expect.poll(() => held(timeline).at(-1)).toBe(301)
})

test('a slow page that a jump has overtaken is dropped', async () => {
  const { here, timeline } = open(3_000)
  await timeline.toEnd()
  let release: () => void = () => undefined
  const gate = new Promise<void>((resolve) => (release = resolve))
  const query = here.engine.query.bind(here.engine)
  let isFirst = true
  here.engine.query = async (asked) => {
    if (isFirst) {
      isFirst = false
      await gate
    }
    return await query(asked)
  }
  const slow = timeline.older()
  await timeline.toRow(100)
  release()
  await slow
  expect(consecutive(held(timeline))).toBe(true)
  expect(held(timeline)).toContain(100)
})

test('a day leads to its first message', async () => {
  const here = world(
    rows(500).map((row) => ({ ...row, at: row.row * 1_000 })),
    [conversation('talk')],
  )
  const shown = here.conversations[0]
  if (!shown) throw new Error('the world has one')
  const timeline = new Timelines(new Engine(here.engine)).open(shown)
  await timeline.toMoment(250_000)
  expect(timeline.goal?.to).toEqual({ row: 250, flash: false })
})

test('the sample answers as the engine does', () => {
  expect(page(rows(10), { around: 5 }, 4, 0)).toMatchObject({ more_before: true, more_after: true })
  expect(page(rows(10), { before: 3 }, 9, 0).messages.map(({ row }) => row)).toEqual([1, 2])
})
