// What is sent besides words, and how: stickers, what is viewed once, places and contacts, photos that are edited, what
// is said. Drawn like the main screens: `npm run screens -- sent`.

import { expect, type Page } from '@playwright/test'
import { chromium } from '../../build/chromium.js'
import { befriend, type Looks } from '../app/person'
import { test } from '../app/stage'
import { draw, LOOKS } from './draw'

const options = chromium()
const DEVICES = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']
test.use({ launchOptions: { ...options, args: [...options.args, ...DEVICES] } })

interface Scene {
  readonly alice: string
  readonly bob: string
  readonly pack: string
  readonly photo: string
  readonly place: string
  readonly friend: string
}

const SCENES: Record<Looks['locale'], Scene> = {
  en: {
    alice: 'Alice Walker',
    bob: 'Bob Marley',
    pack: 'Forest people',
    photo: 'lake.jpg',
    place: 'The clock at the station',
    friend: 'Vera Orlova',
  },
  ru: {
    alice: 'Алиса Волкова',
    bob: 'Боря Марин',
    pack: 'Лесные жители',
    photo: 'озеро.jpg',
    place: 'Под часами на вокзале',
    friend: 'Вера Орлова',
  },
}

const STICKERS = ['🦊', '🐻', '🦔', '🦉', '🐿️', '🍄']

/** A picture that is drawn in the page: an emoji, or else a lake among hills. */
async function picture(page: Page, name: string, emoji?: string) {
  const base64 = await page.evaluate(async (emoji) => {
    const [width, height] = emoji === undefined ? [1200, 800] : [512, 512]
    const canvas = new OffscreenCanvas(width, height)
    const pen = canvas.getContext('2d')
    if (!pen) throw new Error('no canvas')
    if (emoji === undefined) {
      const sky = pen.createLinearGradient(0, 0, 0, 520)
      sky.addColorStop(0, '#7fb6d6')
      sky.addColorStop(1, '#f6dcb5')
      pen.fillStyle = sky
      pen.fillRect(0, 0, width, height)
      pen.fillStyle = '#fff3c4'
      pen.beginPath()
      pen.arc(860, 250, 70, 0, 7)
      pen.fill()
      for (const [colour, x, radius] of [
        ['#6f8f7d', 220, 520],
        ['#557a66', 900, 560],
        ['#3d6350', 560, 420],
      ] as const) {
        pen.fillStyle = colour
        pen.beginPath()
        pen.ellipse(x, 780, radius, radius * 0.75, 0, 0, 7)
        pen.fill()
      }
      pen.fillStyle = '#4d8fae'
      pen.fillRect(0, 600, width, 200)
    } else {
      pen.font = '400px "Noto Color Emoji", "Apple Color Emoji", "Segoe UI Emoji", sans-serif'
      pen.textAlign = 'center'
      pen.textBaseline = 'middle'
      pen.fillText(emoji, width / 2, height / 2 + 20)
    }
    const blob = await canvas.convertToBlob({ type: emoji === undefined ? 'image/jpeg' : 'image/png' })
    return btoa(
      Array.from(new Uint8Array(await blob.arrayBuffer()), (byte) => String.fromCharCode(byte)).join(''),
    )
  }, emoji)
  const mimeType = emoji === undefined ? 'image/jpeg' : 'image/png'
  return { name, mimeType, buffer: Buffer.from(base64, 'base64') }
}

for (const looks of LOOKS) {
  test(`${looks.name}: what is sent`, async ({ member }) => {
    test.slow()
    const scene = SCENES[looks.locale]
    const alice = await member('alice', scene.alice, looks)
    const bob = await member('bob', scene.bob, { locale: looks.locale, width: 1000 })
    await befriend(alice, bob)
    const { page } = alice
    const conversation = new URL(page.url()).pathname.slice(1)
    const dialog = page.getByRole('dialog')
    const send = page.getByRole('button', { name: /^(Send|Отправить)$/ })

    const chooses = async (press: () => Promise<void>, file: Awaited<ReturnType<typeof picture>>) => {
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), press()])
      await chooser.setFiles(file)
    }
    const attaches = async (what: RegExp) => {
      await page.getByRole('button', { name: /^(Attach|Прикрепить)$/ }).click()
      await page.getByRole('menuitem', { name: what }).click()
    }

    await alice.moves('settings/stickers')
    await page.getByRole('button', { name: /^(New pack|Новый набор)$/ }).click()
    await dialog.getByLabel(/^(Name of the pack|Название набора)/).fill(scene.pack)
    for (const [at, emoji] of STICKERS.entries()) {
      await chooses(
        () => dialog.getByRole('button', { name: /^(Add pictures|Добавить картинки)$/ }).click(),
        await picture(page, `${String(at)}.png`, emoji),
      )
      await dialog.getByRole('button', { name: /^(Cut out|Вырезать)$/ }).click()
      await dialog
        .getByLabel(new RegExp(`^(Emoji for sticker|Эмодзи для стикера) ${String(at + 1)}$`))
        .fill(emoji)
    }
    await dialog.getByRole('button', { name: /^(Save|Сохранить)$/ }).click()
    await expect(dialog).toHaveCount(0)
    await alice.moves(conversation)
    const emoji = page.getByRole('button', { name: /^(Emoji|Эмодзи)$/ })
    for (const sticker of ['🦊', '🦔']) {
      await emoji.click()
      const tab = page.getByText(/^(Stickers|Стикеры)$/)
      await tab.click()
      await page.getByRole('button', { name: scene.pack }).click()
      await page.getByRole('button', { name: new RegExp(`^(Sticker|Стикер) ${sticker}$`) }).click()
      await expect(dialog).toHaveCount(0)
    }
    await emoji.click()
    await page.getByRole('button', { name: scene.pack }).click()
    await expect(dialog.locator('img').nth(STICKERS.length - 1)).toBeVisible()
    await draw(page, looks, 'stickers')
    await page.keyboard.press('Escape')

    await alice.context.grantPermissions(['geolocation', 'microphone'])
    await alice.context.setGeolocation({ latitude: 55.776628, longitude: 37.655323, accuracy: 9 })
    await attaches(/^(Place|Место)$/)
    await dialog.getByRole('button', { name: /^(Use my position|Где я сейчас)$/ }).click()
    await expect(dialog.getByText(/9 (metres|метров)/)).toBeVisible()
    await dialog.getByLabel(/^(Name|Название)/).fill(scene.place)
    await draw(page, looks, 'place')
    await dialog.getByRole('button', { name: /^(Send|Отправить)$/ }).click()
    await attaches(/^(Contact|Контакт)$/)
    await dialog.getByLabel(/^(Name|Имя)$/).fill(scene.friend)
    await dialog.getByLabel(/^(Phone numbers|Телефоны)/).fill('+7 900 000-00-00')
    await dialog.getByLabel(/^(E-mail addresses|Адреса почты)/).fill('vera@example.org')
    await dialog.getByRole('button', { name: /^(Send|Отправить)$/ }).click()
    await expect(alice.message(scene.friend)).toBeVisible()
    await draw(page, looks, 'places')

    await chooses(() => attaches(/^(Photos and videos|Фото и видео)$/), await picture(page, scene.photo))
    await page.getByRole('button', { name: new RegExp(`(Edit|Изменить) ${scene.photo}$`) }).click()
    await expect(dialog.getByRole('img')).toBeVisible()
    await draw(page, looks, 'photo-editor')
    await dialog.getByRole('button', { name: /^(Done|Готово)$/ }).click()
    await page.getByRole('button', { name: /^(View once|Один просмотр)$/ }).click()
    await draw(page, looks, 'view-once')
    await send.click()
    await expect(page.getByText(/^(Photo · view once|Фото · на один просмотр)$/).last()).toBeVisible()

    await page
      .getByRole('button', { name: /^(Record a voice message|Записать голосовое сообщение)$/ })
      .click()
    await expect(
      page.getByRole('group', { name: /^(Recording|Идёт запись)$/ }).getByText(/^0:03/),
    ).toBeVisible()
    await draw(page, looks, 'voice')
  })
}
