import { expect, type Page } from '@playwright/test'
import { barriers } from '../axe'
import { befriend, PHONE, picture } from './person'
import { test } from './stage'

async function photo(page: Page) {
  const base64 = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(900, 600)
    const pen = canvas.getContext('2d')
    if (!pen) throw new Error('no canvas')
    pen.fillStyle = 'teal'
    pen.fillRect(0, 0, 900, 600)
    const blob = await canvas.convertToBlob({ type: 'image/jpeg' })
    return btoa(
      Array.from(new Uint8Array(await blob.arrayBuffer()), (byte) => String.fromCharCode(byte)).join(''),
    )
  })
  return { name: 'secret.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(base64, 'base64') }
}

test('a photo is looked at once, and then it is gone for both', async ({ member }) => {
  const alice = await member('alice', 'Alice Walker')
  const bob = await member('bob', 'Боб Марлин', PHONE)
  await befriend(alice, bob)
  const { page } = alice

  await alice.attachesFiles('photos', await photo(page))
  await page.getByRole('button', { name: 'View once' }).click()
  await expect(page.getByText('A screenshot or another camera can’t be prevented')).toBeVisible()
  expect(await barriers(page)).toEqual([])
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await expect(page.getByText('Photo · view once').last()).toBeVisible()

  const row = bob.page.getByRole('button', { name: 'Фото · открыть один раз' })
  await expect(row).toBeVisible()
  expect(await bob.page.locator('[data-row] img').count()).toBe(0)
  expect(await barriers(bob.page)).toEqual([])
  await row.click()
  const viewer = bob.page.getByRole('dialog')
  await expect(viewer.getByText('Снимок экрана')).toBeVisible()
  await expect
    .poll(() => picture(viewer).evaluate((img: HTMLImageElement) => img.naturalWidth > 0))
    .toBe(true)
  await expect(viewer.getByRole('button', { name: /Сохранить|Переслать/ })).toHaveCount(0)
  expect(await barriers(bob.page)).toEqual([])
  // Told before it is closed.
  await expect(page.getByText('Photo · opened').last()).toBeVisible()
  // Back closes what lies over the conversation, and leaves that only then.
  await bob.pressesBack()
  await expect(viewer).toHaveCount(0)
  await expect(bob.page.getByText('Фото · просмотрено').last()).toBeVisible()
  await expect(row).toHaveCount(0)
  await bob.pressesBack()
  await expect(bob.row('Alice Walker')).toBeVisible()
  await bob.goesTo('Alice Walker')
  await bob.page.reload()
  await expect(bob.page.getByText('Фото · просмотрено').last()).toBeVisible()
})
