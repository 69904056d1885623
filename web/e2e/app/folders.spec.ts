// Folders of one's own: made from a conversation's menu, and there after a reload; nothing stands in anybody's way.

import { expect } from '@playwright/test'
import { barriers } from '../axe'
import { befriend, type Looks } from './person'
import { test } from './stage'

const WORDS = {
  en: { folders: 'Folders', make: 'New folder', name: 'Name of the folder', save: 'Save', all: 'All' },
  ru: { folders: 'Папки', make: 'Новая папка', name: 'Название папки', save: 'Сохранить', all: 'Все' },
}
const LOOKS: readonly Looks[] = [
  { locale: 'en', scheme: 'light', width: 1280, height: 800 },
  { locale: 'ru', scheme: 'dark', width: 320, height: 640 },
]

for (const looks of LOOKS) {
  test(`conversations are kept in folders: ${looks.locale}, ${looks.width} px`, async ({ member }) => {
    const words = WORDS[looks.locale]
    const alice = await member('alice', 'Alice Walker', looks)
    const bob = await member('bob', 'Bob Marley')
    const vera = await member('vera', 'Vera Orlova')
    await befriend(alice, bob)
    await befriend(alice, vera)
    const { page } = alice
    await alice.moves('')

    await alice.row('Bob Marley').click({ button: 'right' })
    await page.getByRole('menuitem', { name: words.folders }).press('ArrowRight')
    await page.getByRole('menuitem', { name: words.make }).click()
    await page.getByLabel(words.name).fill('Reggae')
    await expect(page.getByRole('dialog').getByRole('button', { pressed: true })).toHaveText(/Bob Marley/)
    expect(await barriers(page, '[role=dialog]')).toEqual([])
    await page.getByRole('button', { name: words.save }).click()
    await expect(page.getByRole('dialog')).toHaveCount(0)

    const tabs = page.getByRole('radiogroup')
    await tabs.getByText('Reggae').click()
    await expect(alice.row('Bob Marley')).toBeVisible()
    await expect(alice.row('Vera Orlova')).toHaveCount(0)
    expect(await barriers(page)).toEqual([])
    await bob.says('News!')
    await expect(page.getByRole('radio', { name: /Reggae 1/ })).toBeVisible()
    await page.reload()
    await expect(tabs.getByText('Reggae')).toBeVisible()
    await expect(alice.row('Vera Orlova')).toBeVisible()

    await alice.moves('settings/folders')
    await page.getByRole('button', { name: /^Reggae/ }).click()
    await page.getByLabel(words.name).fill('Музыка')
    await page.getByRole('button', { name: words.save }).click()
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await expect(page.getByRole('button', { name: /^Музыка/ })).toBeVisible()
    expect(await barriers(page)).toEqual([])
  })
}
