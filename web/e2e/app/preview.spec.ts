import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from '@playwright/test'
import { barriers } from '../axe'
import { configured } from '../configured'
import { befriend, PHONE } from './person'
import { test as base } from './stage'

interface Site {
  readonly port: number
  /** Pages and pictures that were asked for. */
  readonly asked: string[]
  picture: Buffer
}

const PAGE = `<!doctype html><meta charset="utf-8"><title>no</title>
<meta property="og:title" content="How bread is baked">
<meta property="og:description" content="Flour, water, salt, and a night of patience.">
<meta property="og:site_name" content="The Bakery"><meta property="og:image" content="/bread.jpg">`

/** A site on this machine, which the server is allowed to ask. */
const test = base.extend<{ site: Site }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads from the pattern what a fixture needs.
  site: async ({}, use) => {
    const site = { port: 0, asked: [] as string[], picture: Buffer.alloc(0) }
    const server = createServer((request, response) => {
      site.asked.push(request.url ?? '')
      const isPicture = request.url === '/bread.jpg'
      response.setHeader('content-type', isPicture ? 'image/jpeg' : 'text/html; charset=utf-8')
      response.end(isPicture ? site.picture : PAGE)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    site.port = (server.address() as AddressInfo).port
    await use(site)
    server.close()
  },
  args: async ({ site }, use) => {
    await configured(`[fetch]\nports = [${String(site.port)}]\nallow = ["127.0.0.1/32"]\n`, use)
  },
})

test('a link is shown with its page, which sees neither of them', async ({ member, site }) => {
  const alice = await member('alice', 'Alice Walker')
  const bob = await member('bob', 'Боб Марлин', PHONE)
  await befriend(alice, bob)
  const { page } = alice
  const base64 = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(1600, 840)
    const pen = canvas.getContext('2d')
    if (!pen) throw new Error('no canvas')
    pen.fillStyle = 'peru'
    pen.fillRect(0, 0, 1600, 840)
    const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg' })).arrayBuffer())
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
  })
  site.picture = Buffer.from(base64, 'base64')

  const url = `http://127.0.0.1:${String(site.port)}/bread`
  await page.getByRole('textbox', { name: 'Message' }).fill(`Let’s try it: ${url}`)
  const question = page.getByRole('group', { name: /Show previews of links/ })
  await expect(question).toBeVisible()
  expect(site.asked).toEqual([])
  expect(await barriers(page)).toEqual([])
  await question.getByRole('button', { name: 'Yes' }).click()
  const card = page.getByRole('group', { name: 'Preview of the link' })
  await expect(card).toContainText('How bread is baked')
  await expect(card.locator('img')).toBeVisible()
  expect(await barriers(page)).toEqual([])
  await page.keyboard.press('Enter')

  const shown = bob.page.getByRole('link', { name: /The Bakery.*How bread is baked.*patience/ })
  await expect(shown).toHaveAttribute('href', url)
  await expect
    .poll(() =>
      shown.locator('img').evaluateAll((all) => all.map((img) => (img as HTMLImageElement).naturalWidth)),
    )
    .toContain(1200)
  expect(await barriers(bob.page)).toEqual([])
  await expect(page.getByRole('link', { name: /How bread is baked/ })).toBeVisible()
  // What was linked to is found again.
  await bob.moves(`${new URL(bob.page.url()).pathname.slice(1)}/info`)
  await bob.page.getByRole('button', { name: 'Фото и файлы' }).click()
  const overview = bob.page.getByRole('dialog', { name: 'Фото и файлы' })
  await overview.getByText('Ссылки', { exact: true }).click()
  await expect(overview.getByRole('link', { name: /How bread is baked/ })).toHaveAttribute('href', url)
  expect(await barriers(bob.page, '[role=dialog]')).toEqual([])
  expect(site.asked).toEqual(['/bread', '/bread.jpg'])
})
