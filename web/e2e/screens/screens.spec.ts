// The main screens with people in them, for docs/screens and for whoever wants to see what a change looks like:
// `npm run screens`, or `npm run screens -- -g phone` for one of the looks.

import { expect, type Page } from '@playwright/test'
import { befriend, type Looks, type Person } from '../app/person'
import { test } from '../app/stage'
import { draw, LOOKS } from './draw'

interface Scene {
  readonly bob: string
  readonly vera: string
  readonly stranger: string
  readonly group: string
  readonly talk: readonly (readonly ['alice' | 'bob' | 'vera', string])[]
  readonly search: string
  readonly request: string
  readonly note: string
  readonly folder: string
  readonly news: string
}

const SCENES: Record<Looks['locale'], Scene> = {
  en: {
    bob: 'Bob Marley',
    vera: 'Vera Orlova',
    stranger: 'Kirill',
    group: 'Sunday hikes',
    talk: [
      ['bob', 'Who is in for Sunday? I was thinking of the lake, 14 km there and back.'],
      ['vera', 'Me! And I know where the first mushrooms are 🍄'],
      ['alice', 'The train goes at **8:12**, so let us meet *ten minutes earlier* at the clock.'],
      ['bob', 'Bring:\n- water\n- something for the fire\n- a warm jacket, it is cold by the water'],
      ['vera', 'I have a map, look: https://example.org/lake'],
      ['alice', 'Wonderful. See you there!'],
    ],
    search: 'meeting',
    request: 'Hello! We met at the fair, you asked for the recipe.',
    note: 'Milk, bread, matches',
    folder: 'Outdoors',
    news: 'The forecast says sun!',
  },
  ru: {
    bob: 'Боря Марин',
    vera: 'Вера Орлова',
    stranger: 'Кирилл',
    group: 'Походы по воскресеньям',
    talk: [
      ['bob', 'Кто идёт в воскресенье? Думаю, к озеру: 14 км туда и обратно.'],
      ['vera', 'Я! И знаю, где первые грибы 🍄'],
      ['alice', 'Поезд в **8:12**, встретимся *на десять минут раньше* под часами.'],
      ['bob', 'Берём:\n- воду\n- что-нибудь к костру\n- тёплую куртку, у воды холодно'],
      ['vera', 'У меня есть карта: https://example.org/lake'],
      ['alice', 'Прекрасно. До встречи!'],
    ],
    search: 'встреча',
    request: 'Здравствуйте! Мы виделись на ярмарке, вы просили рецепт.',
    note: 'Молоко, хлеб, спички',
    folder: 'На природу',
    news: 'Обещают солнце!',
  },
}

const JOINING = ['join', 'join/new', 'join/phone', 'join/username', 'join/back', 'join/device']
const SETTINGS = [
  'profile',
  'account',
  'phone',
  'privacy',
  'devices',
  'notifications',
  'appearance',
  'folders',
  'storage',
]

test.use({ args: ['--phone', 'optional', '--sms', 'outbox'] })

for (const looks of LOOKS) {
  test(looks.name, async ({ somebody, member }) => {
    test.slow()
    const scene = SCENES[looks.locale]
    let page: Page
    const draws = (name: string) => draw(page, looks, name)

    const visitor = await somebody(looks)
    page = visitor.page
    for (const step of JOINING) {
      await visitor.opens(step)
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      await draws(step.replace('/', '-'))
    }

    const alice = await member('alice', looks.locale === 'ru' ? 'Алиса Волкова' : 'Alice Walker', looks)
    page = alice.page
    await draws('empty')
    const others = { locale: looks.locale, width: 1000 }
    const bob = await member('bob', scene.bob, others)
    const vera = await member('vera', scene.vera, others)
    const stranger = await member('kirill', scene.stranger, others)
    await befriend(alice, bob)
    await befriend(alice, vera)
    await stranger.addresses('alice', scene.request)

    await alice.opens('new/group')
    for (const name of [scene.bob, scene.vera]) await page.getByRole('button', { name }).click()
    await draws('new-group')
    await page.getByRole('button', { name: /^(Next|Дальше)$/ }).click()
    await page.getByLabel(/^(Name of the group|Название группы)$/).fill(scene.group)
    await page.getByRole('button', { name: /^(Create the group|Создать группу)$/ }).click()
    await expect(alice.composer).toBeVisible()
    const people: Record<string, Person> = { alice, bob, vera }
    for (const person of [bob, vera]) await person.goesTo(scene.group)
    for (const [name, text] of scene.talk) {
      await people[name]?.says(text)
      const start = text.slice(0, 8)
      for (const person of [alice, bob, vera]) await expect(person.message(start)).toBeVisible()
    }
    const second = (person: Person) => person.message(scene.talk[1]?.[1].slice(0, 8) ?? '')
    for (const person of [alice, bob]) {
      await second(person).click({ button: 'right' })
      await person.page.getByRole('menuitemcheckbox', { name: /❤/ }).press('Enter')
    }
    await expect(second(alice).getByRole('button', { name: /❤/ })).toContainText('2')
    await draws('conversation')
    const place = new URL(page.url()).pathname.slice(1)

    await second(alice).click({ button: 'right' })
    await draws('message-menu')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: /^(Emoji|Эмодзи)$/ }).click()
    await expect(page.getByRole('searchbox', { name: /emoji|эмодзи/i })).toBeVisible()
    await draws('emoji')
    await page.keyboard.press('Escape')
    await alice.moves(`${place}/info`)
    await expect(page.getByRole('link', { name: `${scene.vera} @vera` })).toBeVisible()
    await draws('group')
    await page.getByRole('button', { name: /^(Links to the group|Ссылки на группу)/ }).click()
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^(New link|Новая ссылка)$/ })
      .click()
    await draws('new-link')
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^(New link|Новая ссылка)$/ })
      .click()
    await expect(page.getByRole('dialog').getByRole('button', { name: /^(Copy|Копировать)$/ })).toBeVisible()
    await draws('link')

    await alice.moves('settings/folders')
    await page.getByRole('button', { name: /^(New folder|Новая папка)$/ }).click()
    await page.getByLabel(/^(Name of the folder|Название папки)$/).fill(scene.folder)
    for (const name of [scene.group, scene.bob])
      await page.getByRole('dialog').getByRole('button', { name }).click()
    await draws('new-folder')
    await page.getByRole('button', { name: /^(Save|Сохранить)$/ }).click()
    await expect(page.getByRole('dialog')).toHaveCount(0)

    await alice.opens()
    await expect(alice.row(scene.group)).toBeVisible()
    await bob.says(scene.news)
    await expect(page.getByRole('radio', { name: `${scene.folder} 1` })).toBeVisible()
    await draws('conversations')
    await page.getByRole('searchbox').fill(scene.search)
    await expect(page.locator('mark').first()).toBeVisible()
    await draws('search')
    await alice.opens()
    await alice.goesTo(scene.vera)
    await expect(alice.composer).toBeVisible()
    await alice.head(scene.vera).click()
    await draws('person')
    await alice.moves('new/contact')
    await expect(page.getByRole('img').first()).toBeVisible()
    await draws('my-link')
    await alice.moves('settings')
    await draws('settings')
    for (const section of SETTINGS) {
      await alice.moves(`settings/${section}`)
      await expect(page.getByRole('heading', { level: 1 }).first()).toBeVisible()
      await draws(`settings-${section}`)
    }
  })
}
