import { expect, test } from 'vitest'
import { DEFAULTS, parseSettings, type Settings } from './settings'

test('what was chosen is kept', () => {
  const chosen: Settings = { ...DEFAULTS, theme: 'dark', accent: 'honey', text: 'huge', language: 'ru' }
  expect(parseSettings(JSON.stringify(chosen))).toEqual(chosen)
})

test.each([null, '', 'nonsense', '7', 'null', '[]'])('%s is no settings: the defaults', (kept) => {
  expect(parseSettings(kept)).toEqual(DEFAULTS)
})

test('one unknown value does not cost the others', () => {
  expect(parseSettings('{"theme":"sepia","density":"compact"}')).toEqual({ ...DEFAULTS, density: 'compact' })
})
