import { createServer, type Server } from 'node:http'
import { deflateSync, crc32 } from 'node:zlib'
import { expect } from '@playwright/test'
import { barriers } from '../axe'
import { configured } from '../configured'
import { befriend } from './person'
import { test as base } from './stage'

/** A picture of two frames, red and green. */
const GIF = Buffer.from(
  '47494638396102000200910000ff000000ff000000ff00000021ff0b4e45545343415045322e30030100000021f904040a0000002c00000000020002000002028451' +
    '0021f904040a0000002c000000000200020000020294510' +
    '03b',
  'hex',
)

/** A square of 256 pixels in one colour. */
function square(red: number, green: number, blue: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    sum.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, sum])
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(256, 0)
  head.writeUInt32BE(256, 4)
  head.set([8, 2, 0, 0, 0], 8)
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(256 * 3, Buffer.from([red, green, blue]))])
  const pixels = deflateSync(Buffer.concat(Array.from({ length: 256 }, () => row)))
  const parts = [chunk('IHDR', head), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...parts])
}

interface Site {
  readonly port: number
  readonly asked: string[]
}

/** Whoever gives moving pictures and draws maps. */
async function begin(): Promise<{ site: Site; server: Server }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const at = `http://127.0.0.1:${String(site.port)}`
    const rendition = { url: `${at}/cat.gif`, width: '356', height: '200' }
    const gif = {
      title: 'Happy cat',
      images: { fixed_height: rendition, fixed_width_small: { ...rendition, webp: `${at}/small.gif` } },
    }
    if (path.startsWith('/v1/gifs/')) {
      const isNothing = path.includes('q=zzz')
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ data: isNothing ? [] : [gif], pagination: {} }))
    } else if (path.endsWith('.gif')) {
      response.setHeader('content-type', 'image/gif')
      response.end(GIF)
    } else {
      const [, , x = '0', y = '0'] = path.split('/').map((part) => parseInt(part, 10).toString())
      response.setHeader('content-type', 'image/png')
      response.end((Number(x) + Number(y)) % 2 === 0 ? square(190, 215, 190) : square(215, 225, 235))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const site = { port: typeof address === 'object' && address ? address.port : 0, asked }
  return { site, server }
}

const test = base.extend<{ site: Site }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads from the pattern what a fixture needs.
  site: async ({}, use) => {
    const { site, server } = await begin()
    await use(site)
    await new Promise((resolve) => server.close(resolve))
  },
  args: async ({ site }, use) => {
    const at = `http://127.0.0.1:${String(site.port)}`
    const toml = [
      `[fetch]\nports = [${String(site.port)}]\nallow = ["127.0.0.1/32"]`,
      `[gifs]\nprovider = "giphy"\nkey = "k"\nurl = "${at}"`,
      `[map]\ntiles = "${at}/{z}/{x}/{y}.png"\nattribution = "© Mapmakers"\nmax_zoom = 18\n`,
    ]
    await configured(toml.join('\n'), use)
  },
})

test('moving pictures are found, sent, kept and sent again', async ({ member, site }) => {
  const alice = await member('alice', 'Alice Walker')
  const phone = { locale: 'ru', scheme: 'dark', width: 360, height: 740 } as const
  const bob = await member('bob', 'Боб Марлин', phone)
  await befriend(alice, bob)
  const { page } = alice

  await page.getByRole('button', { name: 'Emoji' }).click()
  await page.getByText('GIFs', { exact: true }).click()
  const found = page.getByRole('button', { name: 'Happy cat' })
  await expect(found.locator('img')).toBeVisible()
  await expect(page.getByText('Powered by GIPHY')).toBeVisible()
  expect(await barriers(page)).toEqual([])
  await page.getByRole('searchbox', { name: 'Find on GIPHY' }).fill('zzz')
  await expect(page.getByText('Nothing found.')).toBeVisible()
  await page.getByRole('searchbox', { name: 'Find on GIPHY' }).fill('cat')
  await found.click()

  // It comes as it is, and nobody but the server was asked.
  const sent = bob.page.getByRole('button', { name: /^Фото, Alice Walker/ })
  await expect(sent.locator('img')).toBeVisible()
  expect(site.asked.some((path) => path.includes('q=cat'))).toBe(true)

  // Who got it keeps it and sends it back without any provider.
  await sent.click({ button: 'right' })
  await bob.page.getByRole('menuitem', { name: 'Добавить в мои GIF' }).click()
  const asked = site.asked.length
  await bob.page.getByRole('button', { name: 'Эмодзи' }).click()
  await bob.page.getByText('GIF', { exact: true }).click()
  await bob.page.getByRole('button', { name: 'Отправить GIF 1' }).click()
  await expect(page.getByRole('button', { name: /^Photo by Боб/ }).locator('img')).toBeVisible()
  expect(site.asked.length).toBe(asked)
})

test('a place is chosen on the map, looked at, and told live until it is stopped', async ({
  member,
  site,
}) => {
  const alice = await member('alice', 'Alice Walker')
  const phone = { locale: 'ru', scheme: 'dark', width: 360, height: 740 } as const
  const bob = await member('bob', 'Боб Марлин', phone)
  await befriend(alice, bob)
  const { page } = alice
  const attach = async () => {
    await page.getByRole('button', { name: 'Attach' }).click()
    await page.getByRole('menuitem', { name: 'Place' }).click()
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
