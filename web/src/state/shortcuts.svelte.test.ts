import { flushSync } from 'svelte'
import { afterEach, expect, test, vi } from 'vitest'
import { Shortcuts, type Shortcut } from './shortcuts.svelte'

const shortcut = (keys: string, run?: () => void): Shortcut => ({
  keys,
  label: () => keys,
  group: 'everywhere',
  ...(run ? { run } : {}),
})

function press(target: Element, key: string, held: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...held })
  target.dispatchEvent(event)
  return event
}

let cleanup: (() => void) | undefined

function listening(): Shortcuts {
  const shortcuts = new Shortcuts('X11; Linux x86_64')
  window.addEventListener('keydown', shortcuts.onkeydown)
  cleanup = () => window.removeEventListener('keydown', shortcuts.onkeydown)
  return shortcuts
}

afterEach(() => {
  cleanup?.()
  document.body.replaceChildren()
})

test('what an effect binds is listed while the effect lives', () => {
  const shortcuts = listening()
  const stop = $effect.root(() => {
    $effect(() => shortcuts.bind(shortcut('?'), shortcut('Mod+K')))
  })
  flushSync()
  expect(shortcuts.list.map((one) => one.keys)).toEqual(['?', 'Mod+K'])
  stop()
  expect(shortcuts.list).toEqual([])
})

test('the one that was bound last answers, and the page does not hear of it', () => {
  const shortcuts = listening()
  const below = vi.fn()
  const above = vi.fn()
  shortcuts.bind(shortcut('Escape', below))
  const unbind = shortcuts.bind(shortcut('Escape', above))
  expect(press(document.body, 'Escape').defaultPrevented).toBe(true)
  unbind()
  press(document.body, 'Escape')
  expect([above.mock.calls.length, below.mock.calls.length]).toEqual([1, 1])
})

test('who writes is left alone, but for what is meant for writing', () => {
  const shortcuts = listening()
  const sign = vi.fn()
  const bold = vi.fn()
  shortcuts.bind(shortcut('?', sign), { ...shortcut('Mod+B', bold), whileWriting: true })
  const field = document.createElement('textarea')
  document.body.append(field)
  expect(press(field, '?', { shiftKey: true }).defaultPrevented).toBe(false)
  press(field, 'b', { ctrlKey: true })
  expect(sign).not.toHaveBeenCalled()
  expect(bold).toHaveBeenCalledOnce()
})

test('a window has the keys to itself', () => {
  const shortcuts = listening()
  const run = vi.fn()
  shortcuts.bind(shortcut('?', run))
  const dialog = document.createElement('div')
  dialog.setAttribute('role', 'dialog')
  document.body.append(dialog)
  press(dialog, '?')
  expect(run).not.toHaveBeenCalled()
})
