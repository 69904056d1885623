// What comes through the server from others: moving pictures and maps. `npm run screens -- outside`.

import { expect, type Locator } from '@playwright/test'
import { test } from '../app/outside'
import { befriend, type Looks } from '../app/person'
import { draw, LOOKS } from './draw'
import { Sheet } from './sheet'

interface Scene {
  readonly alice: string
  readonly bob: string
  readonly news: string
  readonly sought: string
  readonly where: string
  readonly place: string
  readonly streets: readonly [string, string]
  readonly leaving: string
}

const SCENES: Record<Looks['locale'], Scene> = {
  en: {
    alice: 'Alice Walker',
    bob: 'Bob Marley',
    news: 'I have passed the exam!',
    sought: 'hooray',
    where: 'Let us celebrate! Where do we meet?',
    place: 'The clock at the station',
    streets: ['Station Street', 'Mill Lane'],
    leaving: 'I am leaving home. And you?',
  },
  ru: {
    alice: 'Алиса Волкова',
    bob: 'Боря Марин',
    news: 'Экзамен сдан!',
    sought: 'ура',
    where: 'Это надо отметить! Где встречаемся?',
    place: 'Под часами на вокзале',
    streets: ['Вокзальная улица', 'Мельничный пер.'],
    leaving: 'Выхожу из дома. А ты?',
  },
}

const HAPPY = ['🥳', '🦊', '🎉', '💃', '🐧', '🏆', '🐻', '🎈', '🙌', '🐸', '🌟', '🎂']

/** Somebody who is happy, before rays. */
function happy(emoji: string, at: number): string {
  const hue = at * 67
  const rays = Array.from(
    { length: 12 },
    (_, ray) =>
      `<path d="M178 134 L500 92 V176 Z" fill="hsl(${hue} 80% 76%)" transform="rotate(${ray * 30 + at * 9} 178 134)"/>`,
  )
  return `<rect width="356" height="267" fill="hsl(${hue} 75% 64%)"/>${rays.join('')}
    <text x="178" y="190" font-size="150" text-anchor="middle" transform="rotate(${(at % 3) * 12 - 12} 178 134)">${emoji}</text>`
}

/** A town with a river, a park and a station, which is where people meet. */
function town([street, lane]: Scene['streets']): string {
  const houses = Array.from({ length: 400 }, (_, at) => {
    const [column, row] = [at % 20, Math.floor(at / 20)]
    const [width, height] = [30 + ((at * 7) % 18), 26 + ((at * 5) % 16)]
    const [x, y] = [
      column * 60 + Math.floor(column / 2) * 14 - 150,
      row * 50 + Math.floor(row / 2) * 14 - 150,
    ]
    return `<rect x="${x}" y="${y}" width="${width}" height="${height}"/>`
  })
  const across = Array.from({ length: 11 }, (_, at) => `M-200 ${at * 114 - 162}H1300`)
  const along = Array.from({ length: 11 }, (_, at) => `M${at * 134 - 164} -200V1300`)
  const road = (way: string, width: number, colour: string, edge: string) =>
    `<path d="${way}" fill="none" stroke="${edge}" stroke-width="${width + 3}"/>
     <path d="${way}" fill="none" stroke="${colour}" stroke-width="${width}"/>`
  const river = 'M-20 700 C200 560 330 690 520 640 S820 500 1050 560'
  const rails = 'M-20 430 C300 400 600 470 1050 380'
  return `
    <rect width="1024" height="1024" fill="#f3efe8"/>
    <g transform="rotate(-9 512 512)">
      <g fill="#dfd6cc" stroke="#cfc4b8">${houses.join('')}</g>
      ${road([...across, ...along].join(''), 12, '#fff', '#d8d2ca')}
      <rect x="590" y="548" width="230" height="200" rx="26" fill="#c6e3ae"/>
      <path d="M590 640 Q700 600 820 700 M640 548 Q700 650 720 748" fill="none" stroke="#fff" stroke-width="4"/>
      <g font-size="22">${[620, 660, 740, 785, 640, 760].map((x, at) => `<text x="${x}" y="${590 + at * 25}">🌳</text>`).join('')}</g>
    </g>
    ${road(river, 54, '#a5cfe0', '#8fbdd0')}
    ${road('M300 -20 L420 1050', 20, '#fbe39b', '#dfc06a')}
    <path d="${rails}" fill="none" stroke="#8b8b8b" stroke-width="8"/>
    <path d="${rails}" fill="none" stroke="#fff" stroke-width="5" stroke-dasharray="14 14"/>
    <rect x="440" y="455" width="130" height="44" rx="4" fill="#c9a9b8" stroke="#b08a9c" transform="rotate(4 505 477)"/>
    <g font-size="14" fill="#5b5650" stroke="#fff" stroke-width="3" paint-order="stroke">
      <text x="440" y="538" transform="rotate(-9 440 538)">${street}</text>
      <text x="352" y="490" transform="rotate(83.6 352 490)">${lane}</text>
    </g>`
}

/** Where people meet. */
const STATION = { latitude: 55.776628, longitude: 37.655323, accuracy: 9 }
/** The upper left of the sixteen squares in whose middle it is, as near as the app shows a place. */
const CORNER = [16, 39621, 20478] as const

/** The squares of a map appear little by little, which no animation of the page tells. */
async function showsMap(where: Locator) {
  const squares = where.getByRole('application').locator('img')
  const areAll = () =>
    squares.evaluateAll((all) => all.length > 0 && all.every((one) => getComputedStyle(one).opacity === '1'))
  await expect.poll(areAll).toBe(true)
}

for (const looks of LOOKS) {
  test(`${looks.name}: what comes from outside`, async ({ member, site }) => {
    test.slow()
    const scene = SCENES[looks.locale]
    const alice = await member('alice', scene.alice, looks)
    const bob = await member('bob', scene.bob, { locale: looks.locale, width: 1000 })
    const { page } = alice
    const sheet = await Sheet.of(bob.context)
    site.gifs.clear()
    for (const [at, emoji] of HAPPY.entries())
      site.gifs.set(emoji, await sheet.webp(356, 267, happy(emoji, at)))
    for (const [path, square] of await sheet.squares(...CORNER, 4, town(scene.streets)))
      site.squares.set(path, square)
    await befriend(alice, bob)

    await bob.says(scene.news)
    await expect(alice.message(scene.news)).toBeVisible()
    await page.getByRole('button', { name: /^(Emoji|Эмодзи)$/ }).click()
    await page.getByText(/^GIFs?$/).click()
    await page.getByRole('searchbox', { name: /GIPHY/ }).fill(scene.sought)
    await expect.poll(() => site.asked.some((path) => path.includes('q='))).toBe(true)
    // Those below are loaded when somebody scrolls to them.
    await expect(page.getByRole('dialog').locator('img').nth(5)).toBeVisible()
    await draw(page, looks, 'gifs')
    await page.keyboard.press('Escape')

    await bob.says(scene.where)
    await expect(alice.message(scene.where)).toBeVisible()
    const sends = { name: /^(Send|Отправить)$/ }
    const dialog = page.getByRole('dialog')
    await alice.attaches('place')
    await dialog.getByLabel(/^(Coordinates|Координаты)/).fill(`${STATION.latitude}, ${STATION.longitude}`)
    await dialog.getByRole('button', { name: /^(Choose on the map|Выбрать на карте)$/ }).click()
    await showsMap(dialog)
    await dialog.getByLabel(/^(Name|Название)/).fill(scene.place)
    await draw(page, looks, 'map')
    await dialog.getByRole('button', sends).click()
    const card = alice.message(scene.place)
    await card.getByRole('button', { name: /^(Show the map|Показать карту)$/ }).click()
    await showsMap(card)

    await bob.says(scene.leaving)
    await expect(alice.message(scene.leaving)).toBeVisible()
    await alice.context.grantPermissions(['geolocation'])
    await alice.context.setGeolocation({ ...STATION, longitude: 37.651323 })
    await alice.attaches('place')
    await dialog.getByRole('button', { name: /^(Use my position|Где я сейчас)$/ }).click()
    await dialog.getByRole('radio', { name: /^(15 minutes|15 минут)/ }).check()
    await dialog.getByRole('button', sends).click()
    await expect(page.getByText(/^(You share where you are|Вы показываете, где вы): /)).toBeVisible()
    await expect(bob.message('37.651323')).toBeVisible()
    await draw(page, looks, 'live-place')
  })
}
