import { expect, type Locator } from '@playwright/test'
import { barriers } from '../axe'
import { test } from './outside'
import { befriend, PHONE, picture } from './person'

/** How many of them lie over another one. */
const overlaps = (found: Locator) =>
  found.evaluateAll((all) => {
    const boxes = all.map((one) => one.getBoundingClientRect())
    const touch = (one: DOMRect, other: DOMRect) =>
      one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom
    return boxes.filter((one, at) => boxes.slice(at + 1).some((other) => touch(one, other))).length
  })

test('moving pictures are found, sent, kept and sent again', async ({ member, site }) => {
  const alice = await member('alice', 'Alice Walker')
  const bob = await member('bob', 'Боб Марлин', PHONE)
  await befriend(alice, bob)
  const { page } = alice
  const cat = site.gifs.get('Happy cat')
  for (let at = 0; cat && at < 11; at += 1) site.gifs.set(`Wave ${String(at)}`, cat)

  await page.getByRole('button', { name: 'Emoji' }).click()
  await page.getByText('GIFs', { exact: true }).click()
  const found = page.getByRole('button', { name: 'Happy cat' })
  await expect(found.locator('img')).toBeVisible()
  await expect(page.getByText('Powered by GIPHY')).toBeVisible()
  expect(await overlaps(page.getByRole('button', { name: /^(Happy cat|Wave)/ }))).toBe(0)
  expect(await barriers(page)).toEqual([])
  await page.getByRole('searchbox', { name: 'Find on GIPHY' }).fill('zzz')
  await expect(page.getByText('Nothing found.')).toBeVisible()
  await page.getByRole('searchbox', { name: 'Find on GIPHY' }).fill('cat')
  await found.click()

  // It comes as it is, and nobody but the server was asked.
  const sent = bob.page.getByRole('button', { name: /^Фото, Alice Walker/ })
  await expect(picture(sent)).toBeVisible()
  expect(site.asked.some((path) => path.includes('q=cat'))).toBe(true)

  // Who got it keeps it and sends it back without any provider.
  await sent.click({ button: 'right' })
  await bob.page.getByRole('menuitem', { name: 'Добавить в мои GIF' }).click()
  const asked = site.asked.length
  await bob.page.getByRole('button', { name: 'Эмодзи' }).click()
  await bob.page.getByText('GIF', { exact: true }).click()
  await bob.page.getByRole('button', { name: 'Отправить GIF 1' }).click()
  await expect(picture(page.getByRole('button', { name: /^Photo by Боб/ }))).toBeVisible()
  expect(site.asked.length).toBe(asked)
})
