import { expect } from '@playwright/test'
import { barriers } from '../axe'
import { test } from './outside'
import { befriend, PHONE } from './person'

test('a place is chosen on the map, looked at, and told live until it is stopped', async ({
  member,
  site,
}) => {
  const alice = await member('alice', 'Alice Walker')
  const bob = await member('bob', 'Боб Марлин', PHONE)
  await befriend(alice, bob)
  const { page } = alice
  const attach = async () => {
    await alice.attaches('place')
    return page.getByRole('dialog')
  }

  let dialog = await attach()
  await dialog.getByLabel('Coordinates').fill('55.7558, 37.6173')
  expect(site.asked).toEqual([])
  await dialog.getByRole('button', { name: 'Choose on the map' }).click()
  const map = dialog.getByRole('application', { name: /^Map/ })
  await expect(map.locator('img').first()).toBeVisible()
  await expect(dialog.getByText('© Mapmakers')).toBeVisible()
  await map.focus()
  await page.keyboard.press('ArrowRight')
  await expect(dialog.getByLabel('Coordinates')).not.toHaveValue('55.7558, 37.6173')
  await expect(dialog.getByLabel('Coordinates')).toHaveValue(/^55\.755\d+, 37\.61\d+$/)
  expect(await barriers(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Send' }).click()
  await expect(dialog).toHaveCount(0)

  // The map is shown to whom it is sent when they ask for it.
  const card = bob.message('55.755')
  await card.getByRole('button', { name: 'Показать карту' }).click()
  await expect(card.getByRole('application').locator('img').first()).toBeVisible()
  expect(await barriers(bob.page)).toEqual([])

  await alice.context.grantPermissions(['geolocation'])
  await alice.context.setGeolocation({ latitude: 48.2082, longitude: 16.3738, accuracy: 9 })
  dialog = await attach()
  await dialog.getByRole('button', { name: 'Use my position' }).click()
  await dialog.getByLabel('15 minutes, as you move').check()
  await dialog.getByRole('button', { name: 'Send' }).click()
  await expect(page.getByText(/^You share where you are: Боб Марлин/)).toBeVisible()
  const live = bob.message('48.208200, 16.373800')
  await expect(live).toContainText('Местоположение в реальном времени')
  await alice.context.setGeolocation({ latitude: 48.3, longitude: 16.4, accuracy: 9 })
  await expect(bob.message('48.300000, 16.400000')).toBeVisible()
  expect(await barriers(page)).toEqual([])
  await page.getByRole('status').getByRole('button', { name: 'Stop sharing' }).click()
  await expect(page.getByText(/^You share where you are/)).toHaveCount(0)
  await expect(bob.message('48.300000, 16.400000')).toContainText('Трансляция окончена')
})
