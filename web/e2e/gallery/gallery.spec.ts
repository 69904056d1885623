import { fileURLToPath } from 'node:url'
import { expect, test } from '@playwright/test'
import { build, preview, type PreviewServer } from 'vite'
import { barriers } from '../axe'

const CONFIG = fileURLToPath(new URL('../../vite.gallery.config.ts', import.meta.url))

let server: PreviewServer
let address: string
let complaints: string[]

// One build for all.
test.describe.configure({ mode: 'default', timeout: 180_000 })

test.beforeAll(async () => {
  test.setTimeout(600_000)
  await build({ configFile: CONFIG, logLevel: 'error' })
  server = await preview({ configFile: CONFIG, logLevel: 'error' })
  address = server.resolvedUrls?.local[0] ?? ''
})

test.afterAll(async () => {
  await server.close()
})

test.beforeEach(({ page }) => {
  complaints = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
})

// What the browser says about an inline style or script, among others.
test.afterEach(() => expect(complaints).toEqual([]))

for (const width of [320, 768, 1440]) {
  for (const theme of ['light', 'dark']) {
    test(`nothing stands in anybody's way, ${String(width)} pixels, ${theme}`, async ({ page }) => {
      await page.setViewportSize({ width, height: 900 })
      await page.goto(`${address}gallery.html?theme=${theme}`)
      await expect(page.getByRole('heading', { name: 'Components' })).toBeVisible()
      expect(await barriers(page)).toEqual([])
      const overflow = await page.locator('main').evaluate((main) => main.scrollWidth - main.clientWidth)
      expect(overflow).toBe(0)

      await page.getByRole('button', { name: 'Window' }).click()
      await expect(page.getByRole('dialog')).toBeVisible()
      expect(await barriers(page)).toEqual([])
      await page.keyboard.press('Escape')
      await expect(page.getByRole('dialog')).toBeHidden()

      await page.getByRole('button', { name: 'More' }).click()
      await expect(page.getByRole('menuitem', { name: 'Reply' })).toBeVisible()
      expect(await barriers(page, '[role=menu]')).toEqual([])
    })
  }
}

test('a menu under the pointer, and the one that it opens, stay on a small screen', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 })
  await page.goto(`${address}gallery.html`)
  await page.getByText('The other mouse button').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Mute' }).click()
  await expect(page.getByRole('menuitem', { name: 'For an hour' })).toBeVisible()
  for (const menu of await page.getByRole('menu').all()) {
    const box = await menu.boundingBox()
    expect(box?.x).toBeGreaterThanOrEqual(0)
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(320)
  }
})

test('a menu is used with the keyboard alone, and what it deleted comes back', async ({ page }) => {
  await page.goto(`${address}gallery.html`)
  await page.getByRole('button', { name: 'More' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('menuitem', { name: 'Reply' })).toBeFocused()
  await page.keyboard.press('End')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('region', { name: 'Notices' })).toContainText('Message deleted')
  await expect(page.getByRole('button', { name: 'More' })).toBeFocused()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(page.getByRole('region', { name: 'Notices' })).toContainText('It is back')
})

for (const width of [320, 1440]) {
  for (const theme of ['light', 'dark']) {
    test(`pictures are looked at, ${String(width)} pixels, ${theme}`, async ({ page }) => {
      await page.setViewportSize({ width, height: 640 })
      await page.goto(`${address}gallery.html?theme=${theme}`)
      await page.getByRole('button', { name: 'Look at “A garden house”' }).first().click()
      const viewer = page.getByRole('dialog', { name: 'Picture viewer' })
      await expect(viewer.getByRole('img', { name: 'A garden house' })).toBeVisible()
      expect(await barriers(page, '[role=dialog]')).toEqual([])
      expect(await viewer.evaluate((it) => it.scrollWidth - it.clientWidth)).toBe(0)
      await page.keyboard.press('Escape')
      await expect(viewer).toBeHidden()
    })
  }
}
