import { expect, test } from 'vitest'
import { page } from 'vitest/browser'
import { render } from 'vitest-browser-svelte'
import { conversation, ME, message, talk, world } from '@/engine/sample'
import { Engine } from '@/state/engine.svelte'
import { People } from '@/state/people.svelte'
import { Session } from '@/state/session.svelte'
import { Timelines } from '@/state/timeline.svelte'
import Harness from './TimelineHarness.test.svelte'

const NOW = new Date(2026, 2, 3, 12).getTime()

function open(count: number, read = count, said = talk(count, NOW)) {
  const here = world(said, [conversation('talk', { kind: 'group', read, last_seq: count })])
  const engine = new Engine(here.engine)
  const shown = here.conversations[0]
  if (!shown) throw new Error('the world has one')
  const timeline = new Timelines(engine).open(shown)
  const seen: number[] = []
  const screen = render(Harness, {
    timeline,
    names: new People(engine, new Session(engine, false)),
    onseen: (seq: number) => seen.push(seq),
  })
  const scroller = () => {
    const found = screen.container.querySelector('[role=log]')
    if (!(found instanceof HTMLElement)) throw new Error('no timeline')
    return found
  }
  const rows = () =>
    [...scroller().querySelectorAll<HTMLElement>('[data-row]')].map((row) => Number(row.dataset['row']))
  const topOf = (row: number) =>
    scroller().querySelector(`[data-row="${row}"]`)?.getBoundingClientRect().top ?? Number.NaN
  const isSeen = (row: number) => {
    const box = scroller().querySelector(`[data-row="${row}"]`)?.getBoundingClientRect()
    const view = scroller().getBoundingClientRect()
    return box !== undefined && box.bottom > view.top && box.top < view.bottom
  }
  return { here, timeline, screen, scroller, rows, topOf, isSeen, seen }
}

/** Waits until nothing moves any more. */
async function still(place: () => number) {
  for (let before = Number.NaN, same = 0; same < 5;) {
    await new Promise(requestAnimationFrame)
    same = place() === before ? same + 1 : 0
    before = place()
  }
}

test('a conversation opens at its end, and only what is near is in the document', async () => {
  const { timeline, rows, isSeen } = open(50_000)
  await timeline.toEnd()
  await expect.poll(() => isSeen(50_000)).toBe(true)
  expect(rows().length).toBeLessThan(80)
})

test('scrolling up shows what was said before, without a gap', async () => {
  const { timeline, scroller, rows, isSeen } = open(400)
  await timeline.toEnd()
  await expect.poll(() => isSeen(400)).toBe(true)
  for (let step = 0; step < 400 && !isSeen(1); step += 1) {
    scroller().scrollTop -= 500
    await new Promise(requestAnimationFrame)
    await new Promise(requestAnimationFrame)
    const held = rows()
    expect(held).toEqual(held.map((_, at) => (held[0] ?? 0) + at))
  }
  expect(isSeen(1)).toBe(true)
})

test('what is read stays in its place when something new comes', async () => {
  const { here, timeline, scroller, rows, topOf, isSeen } = open(200)
  timeline.follow()
  await timeline.toEnd()
  await expect.poll(() => isSeen(200)).toBe(true)
  scroller().scrollTop = -1_500
  await expect.poll(() => isSeen(200)).toBe(false)
  await expect.poll(() => rows().find((row) => isSeen(row))).toBeDefined()
  const watched = rows().find((row) => isSeen(row)) ?? 0
  await still(() => topOf(watched))
  const before = topOf(watched)
  here.rows.push(
    message(201, { at: NOW, body: { body: 'text', text: 'new', entities: [], attachments: [] } }),
  )
  here.changed('talk')
  await expect.poll(() => timeline.rows.at(-1)?.row).toBe(201)
  await expect.poll(() => Math.abs(topOf(watched) - before)).toBeLessThan(2)
})

test('at the end, something new is seen at once', async () => {
  const { here, timeline, isSeen } = open(50)
  timeline.follow()
  await timeline.toEnd()
  await expect.poll(() => isSeen(50)).toBe(true)
  here.rows.push(message(51, { at: NOW, message: { a: ME, m: 'new' }, own: true }))
  here.changed('talk')
  await expect.poll(() => isSeen(51)).toBe(true)
})

test('a jump far away shows the message in the middle, marked', async () => {
  const { timeline, scroller, topOf, isSeen } = open(50_000)
  await timeline.toEnd()
  await timeline.toRow(12_345)
  await expect.poll(() => isSeen(12_345)).toBe(true)
  const view = scroller().getBoundingClientRect()
  expect(Math.abs(topOf(12_345) - (view.top + view.height / 2))).toBeLessThan(view.height / 3)
  await expect
    .poll(() => scroller().querySelector('[data-row="12345"]')?.classList.contains('flash'))
    .toBe(true)
})

test('a jump into a long message shows the word that is meant', async () => {
  const before = 'far away \n'.repeat(200)
  const text = `${before}needle${' and more \n'.repeat(50)}`
  const entities = [{ s: before.length, n: 6, k: 'bold' as const }]
  const said = talk(50, NOW).map((row) =>
    row.row === 20
      ? message(20, { at: row.at, body: { body: 'text', text, entities, attachments: [] } })
      : row,
  )
  const { timeline, scroller } = open(50, 50, said)
  await timeline.toEnd()
  await timeline.toRow(20, before.length)
  const needle = () => scroller().querySelector('[data-row="20"] strong')?.getBoundingClientRect().top ?? 0
  await still(needle)
  const view = scroller().getBoundingClientRect()
  expect(Math.abs(needle() - (view.top + view.height / 2))).toBeLessThan(view.height / 4)
})

test('with something unread the line is seen, and what was seen is told', async () => {
  const { timeline, seen } = open(300, 290)
  await timeline.toUnread()
  await expect.element(page.getByText('New messages')).toBeInViewport()
  await expect.poll(() => Math.max(...seen)).toBeGreaterThan(290)
})

test('what was never on the screen is not seen', async () => {
  const { timeline, scroller, topOf, isSeen, seen } = open(80, 40)
  await timeline.toUnread()
  await expect.element(page.getByText('New messages')).toBeInViewport()
  await still(() => topOf(41))
  const last = Array.from({ length: 80 }, (_, at) => at + 1).findLast((row) => isSeen(row)) ?? 0
  expect(last).toBeLessThan(80)
  expect(Math.max(...seen)).toBeLessThanOrEqual(last)
  scroller().scrollTop = 0
  await expect.poll(() => Math.max(...seen)).toBe(80)
})

test('what this device can not show is not seen by standing there', async () => {
  const rows = talk(10, NOW).map((row) =>
    row.row <= 5
      ? row
      : row.row === 10
        ? message(10, { at: NOW, body: { body: 'system', event: { event: 'joined_here' } } })
        : message(row.row, {
            at: row.at,
            body: { body: 'unreadable', why: 'before_join', healing: 'asked' },
          }),
  )
  const { timeline, isSeen, seen } = open(10, 3, rows)
  await timeline.toEnd()
  await expect.poll(() => isSeen(10)).toBe(true)
  await expect.poll(() => seen.length).toBeGreaterThan(0)
  expect(Math.max(...seen)).toBe(5)
})

test('the floating day never covers a real line', async () => {
  const said = talk(100, NOW).map((row) => ({ ...row, at: NOW - (100 - row.row) * 3 * 3_600_000 }))
  const { timeline, scroller, isSeen, screen } = open(100, 100, said)
  await timeline.toEnd()
  await expect.poll(() => isSeen(100)).toBe(true)
  const floating = screen.container.querySelector('.floating')
  const found = { floating: 0, lines: 0 }
  for (let step = 0; step < 200 && (found.floating === 0 || found.lines === 0); step += 1) {
    scroller().scrollTop -= 30
    await new Promise(requestAnimationFrame)
    await new Promise(requestAnimationFrame)
    const place = floating?.getBoundingClientRect() ?? new DOMRect()
    const isOver = [...scroller().querySelectorAll('[data-divider]')].some((line) => {
      const { top, bottom } = line.getBoundingClientRect()
      return bottom > place.top && top < place.bottom
    })
    if (isOver) found.lines += 1
    if (!floating?.classList.contains('visible')) continue
    found.floating += 1
    expect(isOver).toBe(false)
  }
  expect(Math.min(found.floating, found.lines)).toBeGreaterThan(0)
})

test('the arrow keys go from message to message', async () => {
  const { timeline, scroller, isSeen } = open(60)
  await timeline.toEnd()
  await expect.poll(() => isSeen(60)).toBe(true)
  scroller().querySelector<HTMLElement>('[data-row="60"]')?.focus()
  const press = (key: string) =>
    document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
  const focused = () =>
    document.activeElement instanceof HTMLElement ? document.activeElement.dataset['row'] : undefined
  press('ArrowUp')
  await expect.poll(focused).toBe('59')
  press('ArrowUp')
  await expect.poll(focused).toBe('58')
  press('ArrowDown')
  await expect.poll(focused).toBe('59')
})

test('when the window becomes narrower, what is read stays in its place', async () => {
  const { timeline, scroller, topOf, isSeen } = open(2_000)
  await timeline.toRow(1_000)
  await expect.poll(() => isSeen(1_000)).toBe(true)
  const box = scroller().closest<HTMLElement>('.box')
  if (!box) throw new Error('no box')
  const first = () =>
    [...scroller().querySelectorAll<HTMLElement>('[data-row]')].find((row) =>
      isSeen(Number(row.dataset['row'])),
    )
  const seen = Number(first()?.dataset['row'])
  await still(() => topOf(seen))
  const before = topOf(seen)
  box.style.inlineSize = '20em'
  await expect.poll(() => scroller().clientWidth).toBeLessThan(400)
  await expect.poll(() => Math.abs(topOf(seen) - before)).toBeLessThan(2)
})
