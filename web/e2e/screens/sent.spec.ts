// What is sent besides words, and how: stickers, what is viewed once, places and contacts, photos that are edited, what
// is said. Drawn like the main screens: `npm run screens -- sent`.

import { expect } from '@playwright/test'
import { chromium } from '../../build/chromium.js'
import { befriend, type Looks } from '../app/person'
import { test } from '../app/stage'
import { draw, LOOKS } from './draw'
import { Sheet } from './sheet'

const options = chromium({ whole: true })
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

/** An emoji as a picture. */
const sticker = (emoji: string) =>
  `<text x="256" y="276" font-size="400" text-anchor="middle" dominant-baseline="central">${emoji}</text>`

/** A lake among hills. */
const LAKE = `
  <linearGradient id="sky" x2="0" y2="1">
    <stop stop-color="#7fb6d6"/>
    <stop offset="0.65" stop-color="#f6dcb5"/>
  </linearGradient>
  <rect width="1200" height="800" fill="url(#sky)"/>
  <circle cx="860" cy="250" r="70" fill="#fff3c4"/>
  <ellipse cx="220" cy="780" rx="520" ry="390" fill="#6f8f7d"/>
  <ellipse cx="900" cy="780" rx="560" ry="420" fill="#557a66"/>
  <ellipse cx="560" cy="780" rx="420" ry="315" fill="#3d6350"/>
  <rect y="600" width="1200" height="200" fill="#4d8fae"/>`

/** How a brush rubs out what is around whoever stands at the lake, in parts of the picture. */
const AROUND = [
  [0.06, 0.94],
  [0.14, 0.72],
  [0.05, 0.55],
  [0.22, 0.4],
  [0.05, 0.34],
  [0.36, 0.22],
  [0.04, 0.18],
  [0.5, 0.12],
  [0.04, 0.05],
  [0.66, 0.05],
  [0.56, 0.24],
] as const

for (const looks of LOOKS) {
  test(`${looks.name}: what is sent`, async ({ member }) => {
    test.slow()
    const scene = SCENES[looks.locale]
    const alice = await member('alice', scene.alice, looks)
    const bob = await member('bob', scene.bob, { locale: looks.locale, width: 1000 })
    const sheet = await Sheet.of(bob.context)
    await befriend(alice, bob)
    const { page } = alice
    const conversation = new URL(page.url()).pathname.slice(1)
    const dialog = page.getByRole('dialog')
    const send = page.getByRole('button', { name: /^(Send|Отправить)$/ })

    await alice.moves('settings/stickers')
    await page.getByRole('button', { name: /^(New pack|Новый набор)$/ }).click()
    await dialog.getByLabel(/^(Name of the pack|Название набора)/).fill(scene.pack)
    const adds = () => dialog.getByRole('button', { name: /^(Add pictures|Добавить картинки)$/ }).click()
    for (const [at, emoji] of STICKERS.entries()) {
      await alice.chooses(adds, await sheet.picture(`${String(at)}.png`, 512, 512, sticker(emoji)))
      await dialog.getByRole('button', { name: /^(Cut out|Вырезать)$/ }).click()
      await dialog
        .getByLabel(new RegExp(`^(Emoji for sticker|Эмодзи для стикера) ${String(at + 1)}$`))
        .fill(emoji)
    }
    const guest = `${LAKE}<g transform="translate(344 200)">${sticker('🦊')}</g>`
    await alice.chooses(adds, await sheet.picture(scene.photo, 1200, 800, guest))
    await dialog.getByRole('button', { name: /^(Rub out the background|Стереть фон)$/ }).click()
    const rubbed = dialog.getByRole('img', { name: /^(The picture as it is|Картинка без изменений)$/ })
    const { x, y, width } = (await rubbed.boundingBox()) ?? { x: 0, y: 0, width: 0 }
    for (const [at, [across, down]] of AROUND.entries()) {
      await page.mouse.move(x + across * width, y + down * width, { steps: 5 })
      if (at === 0) await page.mouse.down()
    }
    await page.mouse.up()
    await draw(page, looks, 'sticker-editor')
    await dialog.getByRole('button', { name: /^(Cancel|Отмена)$/ }).click()
    await dialog.getByRole('button', { name: /^(Save|Сохранить)$/ }).click()
    await expect(dialog).toHaveCount(0)
    await alice.moves(conversation)
    const emoji = page.getByRole('button', { name: /^(Emoji|Эмодзи)$/ })
    for (const sent of ['🦊', '🦔']) {
      await emoji.click()
      const tab = page.getByText(/^(Stickers|Стикеры)$/)
      await tab.click()
      await page.getByRole('button', { name: scene.pack }).click()
      await page.getByRole('button', { name: new RegExp(`^(Sticker|Стикер) ${sent}$`) }).click()
      await expect(dialog).toHaveCount(0)
    }
    await emoji.click()
    await page.getByRole('button', { name: scene.pack }).click()
    await expect(dialog.locator('img').nth(STICKERS.length - 1)).toBeVisible()
    await draw(page, looks, 'stickers')
    await page.keyboard.press('Escape')

    await alice.context.grantPermissions(['geolocation', 'microphone'])
    await alice.context.setGeolocation({ latitude: 55.776628, longitude: 37.655323, accuracy: 9 })
    await alice.attaches('place')
    await dialog.getByRole('button', { name: /^(Use my position|Где я сейчас)$/ }).click()
    await expect(dialog.getByText(/9 (metres|метров)/)).toBeVisible()
    await dialog.getByLabel(/^(Name|Название)/).fill(scene.place)
    await draw(page, looks, 'place')
    await dialog.getByRole('button', { name: /^(Send|Отправить)$/ }).click()
    await alice.attaches('contact')
    await dialog.getByLabel(/^(Name|Имя)$/).fill(scene.friend)
    await dialog.getByLabel(/^(Phone numbers|Телефоны)/).fill('+7 900 000-00-00')
    await dialog.getByLabel(/^(E-mail addresses|Адреса почты)/).fill('vera@example.org')
    await dialog.getByRole('button', { name: /^(Send|Отправить)$/ }).click()
    await expect(alice.message(scene.friend)).toBeVisible()
    await draw(page, looks, 'places')

    await alice.attachesFiles('photos', await sheet.picture(scene.photo, 1200, 800, LAKE))
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
