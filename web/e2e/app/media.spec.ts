import { readFileSync } from 'node:fs'
import { expect, type Page } from '@playwright/test'
import { befriend, PHONE } from './person'
import { test } from './stage'

/** A photo as a camera makes it: larger than what is sent. */
async function photo(page: Page, name: string, colour: string, width = 3000, height = 2000) {
  const base64 = await page.evaluate(
    async ({ colour, width, height }) => {
      const canvas = new OffscreenCanvas(width, height)
      const pen = canvas.getContext('2d')
      if (!pen) throw new Error('no canvas')
      const fade = pen.createLinearGradient(0, 0, width, height)
      fade.addColorStop(0, colour)
      fade.addColorStop(1, 'white')
      pen.fillStyle = fade
      pen.fillRect(0, 0, width, height)
      pen.fillStyle = 'black'
      pen.beginPath()
      pen.arc(width / 3, height / 2, height / 5, 0, 7)
      pen.fill()
      const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 })
      const bytes = new Uint8Array(await blob.arrayBuffer())
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    },
    { colour, width, height },
  )
  return { name, mimeType: 'image/jpeg', buffer: Buffer.from(base64, 'base64') }
}

/** Whether a picture has come and can be seen. */
const isSeen = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLImageElement>('[data-row] img')].some(
      (img) => img.src.startsWith('blob:') && img.complete && img.naturalWidth > 0,
    ),
  )

test('photos are sent, looked at and saved', async ({ member }) => {
  const alice = await member('alice', 'Alice Walker')
  const bob = await member('bob', 'Боб Марлин', PHONE)
  await befriend(alice, bob)

  await alice.attachesFiles('photos', [
    await photo(alice.page, 'beach.jpg', 'orange'),
    await photo(alice.page, 'forest.jpg', 'green', 2000, 3000),
    await photo(alice.page, 'sea.jpg', 'royalblue'),
  ])
  await expect(alice.page.getByRole('img', { name: 'sea.jpg' })).toBeVisible()
  await alice.page.getByRole('button', { name: 'Remove forest.jpg' }).click()
  await alice.composer.fill('From the holidays')
  await alice.composer.press('Enter')
  await expect(alice.page.getByRole('img', { name: 'sea.jpg' })).toHaveCount(0)

  const there = bob.message('From the holidays')
  await expect(there.getByRole('button', { name: /^Фото, / })).toHaveCount(2)
  await expect.poll(() => isSeen(bob.page)).toBe(true)
  await expect(alice.message('From the holidays')).toContainText('Read')

  await there
    .getByRole('button', { name: /^Фото, / })
    .first()
    .click()
  await expect(bob.page.getByText('1 из 2')).toBeVisible()
  await bob.page.keyboard.press('ArrowRight')
  await expect(bob.page.getByText('2 из 2')).toBeVisible()
  const saving = bob.page.waitForEvent('download')
  await bob.page.getByRole('button', { name: 'Сохранить' }).click()
  const saved = await saving
  expect(saved.suggestedFilename()).toBe('sea.jpg')
  const bytes = readFileSync(await saved.path())
  expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]))
  // Smaller than what was chosen, and without anything but the picture.
  expect(bytes.includes('Exif')).toBe(false)
  // What is looked at is passed on from there.
  await bob.page.getByRole('button', { name: 'Переслать' }).click()
  const passing = bob.page.getByRole('dialog', { name: 'Переслать 1 сообщение' })
  await passing.getByText('Заметки').click()
  await passing.getByRole('button', { name: 'Переслать' }).click()
  await expect(bob.page.getByText('Переслано')).toBeVisible()
  await expect(there).toBeVisible()

  // What was sent is there after a reload, too.
  await bob.page.reload()
  await expect.poll(() => isSeen(bob.page)).toBe(true)
})

test('a photo is edited before it is sent, and what is hidden on it is not sent', async ({ member }) => {
  const alice = await member('alice', 'Alice Walker', {
    locale: 'en',
    scheme: 'light',
    width: 390,
    height: 844,
  })
  const bob = await member('bob', 'Bob Marley')
  await befriend(alice, bob)
  const { page } = alice
  const tool = (name: string) =>
    page.locator('label', { has: page.getByRole('radio', { name, exact: true }) })

  await alice.attachesFiles('photos', [await photo(page, 'beach.jpg', 'orange')])
  await page.getByRole('button', { name: 'Edit beach.jpg' }).click()
  const editor = page.getByRole('dialog', { name: 'Edit photo' })
  await editor.getByRole('button', { name: 'Rotate by 90°' }).click()
  await tool('Hide').click()
  const stage = await editor.getByRole('img', { name: 'The photo as it will be sent' }).boundingBox()
  if (!stage) throw new Error('there is no stage')
  const at = (x: number, y: number) => [stage.x + x * stage.width, stage.y + y * stage.height] as const
  // The black circle, that is above after the turn, and a little more.
  await page.mouse.move(...at(0.1, 0.05))
  await page.mouse.down()
  await page.mouse.move(...at(0.5, 0.3), { steps: 4 })
  await page.mouse.move(...at(0.9, 0.6), { steps: 4 })
  await page.mouse.up()
  await tool('Black').click()
  await editor.getByRole('button', { name: 'Done' }).click()
  await expect(editor).toBeHidden()

  await expect(page.getByRole('button', { name: 'Edit beach.jpg' })).toBeFocused()
  // One goes on from there.
  await page.getByRole('button', { name: 'Edit beach.jpg' }).click()
  await tool('Hide').click()
  await expect(editor.getByRole('application', { name: 'Hidden area' })).toHaveCount(1)
  await editor.getByRole('button', { name: 'Close the editor' }).click()
  await expect(editor).toBeHidden()

  await alice.composer.fill('Edited')
  await alice.composer.press('Enter')
  await bob
    .message('Edited')
    .getByRole('button', { name: /^Photo by / })
    .click()
  const saving = bob.page.waitForEvent('download')
  await bob.page.getByRole('button', { name: 'Save' }).click()
  const bytes = readFileSync(await (await saving).path())
  const seen = await bob.page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
    const bitmap = await createImageBitmap(new Blob([bytes]))
    const pen = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')
    pen?.drawImage(bitmap, 0, 0)
    const { data } = pen?.getImageData(bitmap.width / 4, bitmap.height / 4, 400, 300) ?? {
      data: new Uint8ClampedArray(),
    }
    return {
      width: bitmap.width,
      height: bitmap.height,
      most: data.reduce((most, part, at) => (at % 4 < 3 ? Math.max(most, part) : most), 0),
    }
  }, bytes.toString('base64'))
  expect(seen).toMatchObject({ width: 1365, height: 2048 })
  // One colour: the circle's edge is not in it.
  expect(seen.most).toBeLessThan(40)
})

test('a file of any kind arrives as it was', async ({ member }) => {
  const alice = await member('alice', 'Alice Walker')
  const bob = await member('bob', 'Bob Marley')
  await befriend(alice, bob)

  const content = Buffer.alloc(3 * 1024 * 1024 + 7, 'Beseda ')
  await alice.attachesFiles('files', [
    { name: 'report.pdf', mimeType: 'application/pdf', buffer: content },
    { name: 'empty.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) },
    { name: 'page.html', mimeType: 'text/html', buffer: Buffer.from('<script>alert(1)</script>') },
  ])
  await alice.page.getByRole('button', { name: 'Send', exact: true }).click()

  await expect(bob.page.getByText('report.pdf')).toBeVisible()
  for (const [name, bytes] of [
    ['report.pdf', content],
    ['empty.txt', Buffer.alloc(0)],
    ['page.html', Buffer.from('<script>alert(1)</script>')],
  ] as const) {
    // What is small comes by itself.
    if (name === 'report.pdf') await bob.page.getByRole('button', { name: `Download ${name}` }).click()
    const save = bob.page.getByRole('button', { name: `Save ${name}` })
    await expect(save).toBeVisible()
    const saving = bob.page.waitForEvent('download')
    await save.click()
    const saved = await saving
    expect(saved.suggestedFilename()).toBe(name)
    expect(readFileSync(await saved.path()).equals(bytes)).toBe(true)
  }

  await bob.page.goto(bob.page.url().replace(/\/c\/.*/, '/'))
  await expect(bob.row('Alice Walker')).toContainText('3 files')
})

test('people and groups get pictures, which others see', async ({ member }) => {
  const alice = await member('alice', 'Alice Walker')
  const bob = await member('bob', 'Bob Marley')
  await befriend(alice, bob)
  await expect(bob.head('Alice Walker').locator('img')).toHaveCount(0)

  await alice.opens('settings/profile')
  await alice.page.getByRole('button', { name: 'Change the picture' }).click()
  const own = alice.page.getByRole('menuitem', { name: 'Choose a photo' })
  await alice.chooses(() => own.click(), [await photo(alice.page, 'me.jpg', 'crimson')])
  await alice.page.getByRole('button', { name: 'Use this part' }).click()
  await expect(alice.page.getByRole('dialog')).toHaveCount(0)
  await expect(bob.head('Alice Walker').locator('img')).toBeVisible()

  await alice.page.getByRole('button', { name: 'Change the picture' }).click()
  await alice.page.getByRole('menuitem', { name: 'Remove the picture' }).click()
  await expect(bob.head('Alice Walker').locator('img')).toHaveCount(0)
})
