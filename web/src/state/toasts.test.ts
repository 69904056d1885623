import { beforeEach, expect, test, vi } from 'vitest'
import { Toasts } from './toasts.svelte'

class Clock {
  #next = 1
  readonly #due = new Map<number, { at: number; run: () => void }>()
  #now = 0

  setTimeout(run: () => void, ms: number): number {
    const id = this.#next++
    this.#due.set(id, { at: this.#now + ms, run })
    return id
  }

  clearTimeout(id: number | undefined): void {
    if (id !== undefined) this.#due.delete(id)
  }

  pass(ms: number): void {
    this.#now += ms
    for (const [id, { at, run }] of [...this.#due]) {
      if (at > this.#now) continue
      this.#due.delete(id)
      run()
    }
  }
}

let clock: Clock
let toasts: Toasts
const shown = () => toasts.list.map((toast) => toast.text)

beforeEach(() => {
  clock = new Clock()
  toasts = new Toasts(clock)
})

test('a word goes away by itself; a problem stays until it is sent away', () => {
  toasts.show({ text: 'Copied' })
  toasts.show({ text: 'Not sent', tone: 'problem' })
  clock.pass(60_000)
  expect(shown()).toEqual(['Not sent'])
  toasts.dismiss(toasts.list[0]?.id ?? 0)
  expect(shown()).toEqual([])
})

test('what can be undone stays longer than what is only said', () => {
  toasts.show({ text: 'Copied' })
  toasts.show({ text: 'Deleted', action: { label: 'Undo', run: () => undefined } })
  clock.pass(5000)
  expect(shown()).toEqual(['Deleted'])
})

test('undo is done once, and the word is gone', () => {
  const undo = vi.fn()
  toasts.show({ text: 'Deleted', action: { label: 'Undo', run: undo } })
  const toast = toasts.list[0]
  if (toast) toasts.act(toast)
  clock.pass(60_000)
  expect(undo).toHaveBeenCalledOnce()
  expect(shown()).toEqual([])
})

test('nothing goes away under the pointer, also what comes meanwhile', () => {
  toasts.show({ text: 'first' })
  toasts.hold(true)
  toasts.show({ text: 'second' })
  clock.pass(60_000)
  expect(shown()).toEqual(['first', 'second'])
  toasts.hold(false)
  clock.pass(60_000)
  expect(shown()).toEqual([])
})

test('the same word is not said twice, and three are the most', () => {
  toasts.show({ text: 'Copied' })
  toasts.show({ text: 'Copied' })
  expect(shown()).toEqual(['Copied'])
  for (const text of ['a', 'b', 'c']) toasts.show({ text })
  expect(shown()).toEqual(['a', 'b', 'c'])
})
