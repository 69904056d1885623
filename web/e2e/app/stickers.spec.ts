import { expect, type Page } from '@playwright/test'
import { barriers } from '../axe'
import { befriend } from './person'
import { test } from './stage'

async function picture(page: Page) {
  const base64 = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(600, 400)
    const pen = canvas.getContext('2d')
    if (!pen) throw new Error('no canvas')
    pen.fillStyle = 'orange'
    pen.fillRect(0, 0, 600, 400)
    pen.fillStyle = 'purple'
    pen.fillRect(200, 100, 200, 200)
    const blob = await canvas.convertToBlob({ type: 'image/jpeg' })
    return btoa(
      Array.from(new Uint8Array(await blob.arrayBuffer()), (byte) => String.fromCharCode(byte)).join(''),
    )
  })
  return { name: 'cat.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(base64, 'base64') }
}

test('a pack is made of a picture, sent, added by the other person, and answered with', async ({
  member,
}) => {
  const alice = await member('alice', 'Alice Walker')
  const phone = { locale: 'ru', scheme: 'dark', width: 360, height: 740 } as const
  const bob = await member('bob', 'Боб Марлин', phone)
  await befriend(alice, bob)
  const { page } = alice
  const conversation = new URL(page.url()).pathname.slice(1)

  await alice.moves('settings/stickers')
  await page.getByRole('button', { name: 'New pack' }).click()
  const maker = page.getByRole('dialog')
  await maker.getByLabel('Name of the pack').fill('Cats')
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    maker.getByRole('button', { name: 'Add pictures' }).click(),
  ])
  await chooser.setFiles(await picture(page))
  await maker.getByText('Circle').click()
  expect(await barriers(page)).toEqual([])
  await maker.getByRole('button', { name: 'Cut out' }).click()
  await expect(maker.getByRole('button', { name: 'Save' })).toBeDisabled()
  await maker.getByLabel('Emoji for sticker 1').fill('😺')
  expect(await barriers(page)).toEqual([])
  await maker.getByRole('button', { name: 'Save' }).click()
  await expect(maker).toHaveCount(0)
  await expect(page.getByText('Yours, 1 sticker')).toBeVisible()
  expect(await barriers(page)).toEqual([])

  await alice.moves(conversation)
  await page.getByRole('button', { name: 'Emoji' }).click()
  await page.getByText('Stickers', { exact: true }).click()
  const picked = page.getByRole('button', { name: 'Sticker 😺' })
  await expect(picked).toBeVisible()
  expect(await barriers(page)).toEqual([])
  await picked.click()

  const sticker = bob.page.getByRole('article').getByRole('button', { name: /😺/ })
  await expect(sticker).toBeVisible()
  await sticker.click()
  const sheet = bob.page.getByRole('dialog')
  await expect(sheet.getByRole('heading', { name: 'Cats' })).toBeVisible()
  await expect(sheet.locator('img')).toHaveCount(1)
  expect(await barriers(bob.page)).toEqual([])
  await sheet.getByRole('button', { name: 'Добавить набор' }).click()
  await expect(sheet.getByRole('button', { name: 'Убрать набор' })).toBeVisible()
  await bob.page.keyboard.press('Escape')

  await bob.page.getByRole('button', { name: 'Эмодзи' }).click()
  await bob.page.getByText('Стикеры', { exact: true }).click()
  await bob.page.getByRole('button', { name: 'Стикер 😺', exact: true }).click()
  await expect(page.getByRole('article').getByRole('button', { name: /😺/ })).toHaveCount(2)
})
