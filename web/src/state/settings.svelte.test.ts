import { afterEach, expect, test } from 'vitest'
import { m, speak } from '@/i18n/index.svelte'
import { DeviceSettings } from './settings.svelte'

const kept = new Map<string, string>()
const storage = {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
}
const open = (languages: string[] = ['en']) => new DeviceSettings({ document, storage, languages })

afterEach(async () => {
  kept.clear()
  open()
  await speak('en')
})

test('what is chosen is seen at once and is so again the next time', () => {
  open().change({ theme: 'dark', accent: 'plum' })
  expect(document.documentElement.dataset).toMatchObject({ theme: 'dark', accent: 'plum' })
  expect(getComputedStyle(document.documentElement).colorScheme).toBe('dark')
  document.documentElement.removeAttribute('data-theme')
  expect(open().current).toMatchObject({ theme: 'dark', accent: 'plum' })
  expect(document.documentElement.dataset['theme']).toBe('dark')
})

test('the language is the browser’s until one is chosen, and changes without a reload', async () => {
  const settings = open(['de-AT', 'ru-RU'])
  expect(settings.language).toBe('ru')
  settings.change({ language: 'en' })
  expect(settings.language).toBe('en')
  settings.change({ language: undefined })
  await expect.poll(() => m.ui.back()).toBe('Назад')
  expect(document.documentElement.lang).toBe('ru')
})

test('a browser that keeps nothing still shows what is chosen', () => {
  const refusing = {
    getItem: () => {
      throw new DOMException('forbidden')
    },
    setItem: () => {
      throw new DOMException('forbidden')
    },
  }
  const settings = new DeviceSettings({ document, storage: refusing, languages: ['en'] })
  settings.change({ theme: 'light' })
  expect(document.documentElement.dataset['theme']).toBe('light')
})
