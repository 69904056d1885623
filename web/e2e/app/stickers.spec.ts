import { expect, type Locator, type Page } from '@playwright/test'
import { barriers } from '../axe'
import { befriend, PHONE } from './person'
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

/** A circle that grows, as a program for animations writes it. */
function drawing(more: object = {}) {
  const grows = [
    { t: 0, s: [200, 200], h: 1 },
    { t: 30, s: [400, 400], h: 1 },
  ]
  const shapes = [
    { ty: 'el', d: 1, p: { a: 0, k: [0, 0] }, s: { a: 1, k: grows } },
    { ty: 'fl', c: { a: 0, k: [0.5, 0, 0.5, 1] }, o: { a: 0, k: 100 }, r: 1 },
  ]
  const ks = { o: { a: 0, k: 100 }, p: { a: 0, k: [256, 256, 0] } }
  const layers = [{ ind: 1, ty: 4, ip: 0, op: 60, st: 0, ks, shapes, ...more }]
  return Buffer.from(JSON.stringify({ v: '5.7.1', fr: 30, ip: 0, op: 60, w: 512, h: 512, layers }))
}

/** How opaque a place of what is drawn is, from 0 to 255; places in parts of its sides. */
const opaque = (of: Locator, x: number, y: number) =>
  of.locator('canvas').evaluate(
    async (canvas: HTMLCanvasElement, [x, y]) => {
      // Of a copy: the browser warns where what is drawn on is read again and again.
      const image = await createImageBitmap(canvas)
      const pen = new OffscreenCanvas(image.width, image.height).getContext('2d')
      pen?.drawImage(image, 0, 0)
      return pen?.getImageData(image.width * x, image.height * y, 1, 1).data[3]
    },
    [x, y] as const,
  )

test('a pack is made of a picture, sent, added by the other person, and answered with', async ({
  member,
}) => {
  const alice = await member('alice', 'Alice Walker')
  const bob = await member('bob', 'Боб Марлин', PHONE)
  await befriend(alice, bob)
  const { page } = alice
  const conversation = new URL(page.url()).pathname.slice(1)

  await alice.moves('settings/stickers')
  await page.getByRole('button', { name: 'New pack' }).click()
  const maker = page.getByRole('dialog')
  await maker.getByLabel('Name of the pack').fill('Cats')
  const adds = () => maker.getByRole('button', { name: 'Add pictures' }).click()
  await alice.chooses(adds, await picture(page))
  await maker.getByText('Circle').click()
  expect(await barriers(page)).toEqual([])
  await maker.getByRole('button', { name: 'Rub out the background' }).click()
  const sheet = maker.getByRole('img', { name: 'The picture as it is' })
  const box = (await sheet.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
  const [middle, top] = [box.x + box.width / 2, box.y + box.height / 6]
  await page.mouse.move(middle, top)
  await page.mouse.down()
  await page.mouse.move(middle + box.width / 8, top, { steps: 4 })
  await page.mouse.up()
  await expect(maker.getByRole('img', { name: '1 stroke of the brush' })).toBeVisible()
  const left = () => opaque(maker, 1 / 2, 1 / 6)
  expect(await left()).toBe(0)
  expect(await barriers(page)).toEqual([])
  await page.keyboard.press('Control+z')
  await expect.poll(left).toBe(255)
  await maker.getByRole('button', { name: 'Cut out' }).click()
  await expect(maker.getByRole('button', { name: 'Save' })).toBeDisabled()
  await maker.getByLabel('Emoji for sticker 1').fill('😺')
  await alice.chooses(adds, [
    { name: 'words.json', mimeType: 'application/json', buffer: drawing({ ty: 5 }) },
    { name: 'ball.json', mimeType: 'application/json', buffer: drawing() },
  ])
  await expect(page.getByText('No sticker can be made of words.json', { exact: false })).toBeVisible()
  await maker.getByLabel('Emoji for sticker 2').fill('🟣')
  expect(await barriers(page)).toEqual([])
  await maker.getByRole('button', { name: 'Save' }).click()
  await expect(maker).toHaveCount(0)
  await expect(page.getByText('Yours, 2 stickers')).toBeVisible()
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
  const opened = bob.page.getByRole('dialog')
  await expect(opened.getByRole('heading', { name: 'Cats' })).toBeVisible()
  await expect(opened.locator('img, canvas')).toHaveCount(2)
  expect(await barriers(bob.page)).toEqual([])
  await opened.getByRole('button', { name: 'Добавить набор' }).click()
  await expect(opened.getByRole('button', { name: 'Убрать набор' })).toBeVisible()
  await bob.page.keyboard.press('Escape')

  await bob.page.getByRole('button', { name: 'Эмодзи' }).click()
  await bob.page.getByText('Стикеры', { exact: true }).click()
  await bob.page.getByRole('button', { name: 'Стикер 😺', exact: true }).click()
  await expect(page.getByRole('article').getByRole('button', { name: /😺/ })).toHaveCount(2)

  await bob.page.getByRole('button', { name: 'Эмодзи' }).click()
  await bob.page.getByText('Стикеры', { exact: true }).click()
  await bob.page.getByRole('group', { name: 'Наборы' }).getByRole('button', { name: 'Cats' }).click()
  await bob.page.getByRole('button', { name: 'Стикер 🟣', exact: true }).click()
  const drawn = page.getByRole('article').getByRole('button', { name: /🟣/ })
  await expect.poll(() => opaque(drawn, 1 / 2, 1 / 2)).toBe(255)
  expect(await barriers(page)).toEqual([])
})
