import { createRawSnippet } from 'svelte'
import { expect, test, vi } from 'vitest'
import { render } from 'vitest-browser-svelte'
import VirtualList from './VirtualList.svelte'

interface Row {
  readonly id: number
}

const range = (from: number, to: number): Row[] =>
  Array.from({ length: to - from }, (_, at) => ({ id: from + at }))

/** Rows of different heights, as messages are. */
const row = createRawSnippet<[Row, number]>((get) => ({
  render: () =>
    `<p data-id="${String(get().id)}">Row ${String(get().id)}${'<br>more'.repeat(get().id % 4)}</p>`,
}))

async function open(rows: Row[], onnearstart?: () => void, anchor: 'top' | 'bottom' = 'bottom') {
  const screen = await render(VirtualList<Row>, {
    props: {
      rows,
      key: (one: Row) => one.id,
      children: row,
      anchor,
      'aria-label': 'Rows',
      onnearstart,
    },
  })
  const list = screen.getByLabelText('Rows').element()
  if (!(list instanceof HTMLElement)) throw new Error('no list')
  document.body.style.height = '600px'
  list.style.height = '400px'
  const top = (id: number) => list.querySelector(`[data-id="${String(id)}"]`)?.getBoundingClientRect().top
  const isLast = (id: number) => () => {
    const shown = list.querySelector(`[data-id="${String(id)}"]`)?.getBoundingClientRect()
    const frame = list.getBoundingClientRect()
    expect(shown?.bottom).toBeGreaterThan(frame.top)
    expect(Math.abs((shown?.bottom ?? Infinity) - frame.bottom)).toBeLessThan(30)
  }
  return { screen, list, top, isLast }
}

test('50,000 rows begin at the last one and draw only what is seen', async () => {
  const { list, isLast } = await open(range(0, 50_000))
  await vi.waitFor(isLast(49_999))
  expect(list.querySelectorAll('p').length).toBeLessThan(60)
})

test('at the end it stays at the end when rows come', async () => {
  const { screen, isLast } = await open(range(0, 200))
  await vi.waitFor(isLast(199))
  await screen.rerender({ rows: range(0, 203) })
  await vi.waitFor(isLast(202))
})

test('what is being read does not move when rows come before or after it', async () => {
  const { screen, list, top, isLast } = await open(range(1000, 1200))
  await vi.waitFor(isLast(1199))
  list.scrollTop = 3000
  await vi.waitFor(() => expect(list.querySelector('p[data-id="1199"]')).toBeNull())
  const seen = [...list.querySelectorAll<HTMLElement>('p')].find(
    (one) => one.getBoundingClientRect().top > list.getBoundingClientRect().top + 100,
  )
  const id = Number(seen?.dataset['id'])
  const before = top(id)
  expect(before).toBeDefined()
  await screen.rerender({ rows: range(950, 1205) })
  await vi.waitFor(() => expect(Math.abs((top(id) ?? Infinity) - (before ?? 0))).toBeLessThanOrEqual(2))
})

test('near its beginning it asks for more', async () => {
  const onnearstart = vi.fn()
  const { list, isLast } = await open(range(0, 200), onnearstart)
  await vi.waitFor(isLast(199))
  onnearstart.mockClear()
  list.scrollTop = 0
  await vi.waitFor(() => expect(onnearstart).toHaveBeenCalled())
})

test('at the top of a list that begins there, what is new is seen', async () => {
  const { screen, list, top } = await open(range(100, 300), undefined, 'top')
  await vi.waitFor(() => expect(top(100)).toBeDefined())
  await screen.rerender({ rows: range(98, 300) })
  await vi.waitFor(() => expect(top(98)).toBe(list.getBoundingClientRect().top))
})

test.each(['top', 'bottom'] as const)('what came while it was hidden is there: %s', async (anchor) => {
  document.body.hidden = true
  const { screen, top } = await open(range(1, 3), undefined, anchor)
  await screen.rerender({ rows: range(0, 3) })
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
  document.body.hidden = false
  await vi.waitFor(() => expect(top(0)).toBeDefined())
})
