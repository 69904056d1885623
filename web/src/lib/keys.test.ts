import { expect, test } from 'vitest'
import { matches, written } from './keys'

const press = (
  key: string,
  code = '',
  held: Partial<Record<'ctrl' | 'meta' | 'alt' | 'shift', true>> = {},
) => ({
  key,
  code,
  ctrlKey: held.ctrl ?? false,
  metaKey: held.meta ?? false,
  altKey: held.alt ?? false,
  shiftKey: held.shift ?? false,
})

test.each([
  ['Mod+K', press('k', 'KeyK', { ctrl: true }), true],
  ['Mod+K', press('л', 'KeyK', { ctrl: true }), true],
  ['Mod+K', press('k', 'KeyK'), false],
  ['Mod+K', press('k', 'KeyK', { ctrl: true, shift: true }), false],
  ['Mod+Shift+K', press('K', 'KeyK', { ctrl: true, shift: true }), true],
  ['Mod+K', press('k', 'KeyK', { ctrl: true, meta: true }), false],
  ['?', press('?', 'Slash', { shift: true }), true],
  ['?', press('/', 'Slash'), false],
  ['Alt+ArrowUp', press('ArrowUp', 'ArrowUp', { alt: true }), true],
  ['Alt+ArrowUp', press('ArrowUp', 'ArrowUp'), false],
  ['Escape', press('Escape', 'Escape'), true],
  // Dvorak: what is printed counts, not the place.
  ['Mod+K', press('k', 'KeyV', { ctrl: true }), true],
  ['Mod+V', press('k', 'KeyV', { ctrl: true }), false],
])('%s, pressed %j: %s', (keys, event, expected) => {
  expect(matches(keys, event, false)).toBe(expected)
})

test('on a Mac it is the ⌘ key, and is written so', () => {
  expect(matches('Mod+K', press('k', 'KeyK', { meta: true }), true)).toBe(true)
  expect(matches('Mod+K', press('k', 'KeyK', { ctrl: true }), true)).toBe(false)
  expect(written('Mod+Shift+K', true)).toEqual(['⌘', '⇧', 'K'])
  expect(written('Mod+ArrowUp', false)).toEqual(['Ctrl', '↑'])
})
