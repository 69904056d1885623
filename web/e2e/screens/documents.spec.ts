// Documents: how they begin in a conversation, and one that is open. `npm run screens -- documents`.

import { expect } from '@playwright/test'
import { befriend, picture, type Looks } from '../app/person'
import { test } from '../app/stage'
import { draw, LOOKS } from './draw'
import { Sheet } from './sheet'

interface Scene {
  readonly alice: string
  readonly bob: string
  readonly words: string
  readonly answer: string
  readonly plan: {
    readonly file: string
    readonly title: string
    readonly about: string
    readonly hours: readonly (readonly [string, string])[]
    readonly next: string
  }
  readonly list: { readonly file: string; readonly text: string }
}

const SCENES: Record<Looks['locale'], Scene> = {
  en: {
    alice: 'Alice Walker',
    bob: 'Bob Marley',
    words: 'The plan for Sunday',
    answer: 'Wonderful, I bring the kettle!',
    plan: {
      file: 'To the lake.pdf',
      title: 'To the lake and back',
      about: 'Fourteen kilometres through the forest, mostly flat. There is a spring halfway.',
      hours: [
        ['8:02', 'We meet under the clock at the station'],
        ['8:12', 'The train leaves from platform 3'],
        ['9:05', 'Forest Halt; the path begins behind the platform'],
        ['12:00', 'The lake: fire, tea, and a swim for the brave'],
        ['15:30', 'Back by the mill road'],
        ['18:20', 'The train home'],
      ],
      next: 'If it rains',
    },
    list: {
      file: 'packing list.md',
      text: '# To take along\n\n- water, two litres each\n- matches and a knife\n- a warm jacket: it is cold by the water\n- a cup and a spoon\n- a towel\n',
    },
  },
  ru: {
    alice: 'Алиса Волкова',
    bob: 'Боря Марин',
    words: 'План на воскресенье',
    answer: 'Прекрасно, чайник за мной!',
    plan: {
      file: 'К озеру.pdf',
      title: 'К озеру и обратно',
      about: 'Четырнадцать километров по лесу, почти без подъёмов. На полпути родник.',
      hours: [
        ['8:02', 'Встречаемся под часами на вокзале'],
        ['8:12', 'Поезд с третьего пути'],
        ['9:05', 'Платформа «Лесная»; тропа начинается за ней'],
        ['12:00', 'Озеро: костёр, чай, смелым — купание'],
        ['15:30', 'Обратно по мельничной дороге'],
        ['18:20', 'Поезд домой'],
      ],
      next: 'Если дождь',
    },
    list: {
      file: 'что взять.md',
      text: '# Взять с собой\n\n- воды, по два литра\n- спички и нож\n- тёплую куртку: у воды холодно\n- кружку и ложку\n- полотенце\n',
    },
  },
}

/** A plan with a map, on two pages. */
const planned = ({ title, about, hours, next }: Scene['plan']) => `
  <style>
    body { margin: 0; color: #24332c; font: 24px/1.5 sans-serif }
    header { padding: 60px 60px 30px; background: #2f6b55; color: #fff; font-size: 48px; font-weight: bold }
    main { display: grid; gap: 36px; padding: 36px 60px }
    p { margin: 0 }
    table { border-collapse: collapse }
    td { padding: 12px 24px 12px 0; border-top: 1px solid #cfd8d2; vertical-align: top }
    td:first-child { color: #2f6b55; font-weight: bold }
    .next { break-before: page }
  </style>
  <header>${title}</header>
  <main>
    <p>${about}</p>
    <svg viewBox="0 0 600 150">
      <rect width="600" height="150" rx="12" fill="#e4efe2"/>
      <path d="M430 150 C400 60 520 40 588 70 Q600 75 600 90 V138 Q600 150 588 150 Z" fill="#a5cfe0"/>
      <path d="M60 100 C150 20 220 140 300 80 S390 60 425 90" fill="none" stroke="#b4552d" stroke-width="4" stroke-dasharray="10 7"/>
      <g font-size="30">
        <text x="25" y="120">🚉</text>
        <text x="130" y="125">🌲</text>
        <text x="225" y="65">🌲</text>
        <text x="320" y="135">🌲</text>
        <text x="415" y="100">⛺</text>
      </g>
    </svg>
    <table>${hours.map(([hour, what]) => `<tr><td>${hour}</td><td>${what}</td></tr>`).join('')}</table>
  </main>
  <header class="next">${next}</header>`

for (const looks of LOOKS) {
  test(`${looks.name}: documents`, async ({ member }) => {
    const scene = SCENES[looks.locale]
    const { plan, list } = scene
    const alice = await member('alice', scene.alice, looks)
    const bob = await member('bob', scene.bob, { locale: looks.locale, width: 1000 })
    const sheet = await Sheet.of(bob.context)
    const files = [
      await sheet.pdf(plan.file, planned(plan)),
      { name: list.file, mimeType: 'text/markdown', buffer: Buffer.from(list.text) },
    ]
    await befriend(alice, bob)
    const { page } = alice

    await bob.attachesFiles('files', files)
    const tray = bob.page.getByRole('list', { name: /^(Attached|Прикреплено)$/ })
    await expect(tray.locator('img')).toHaveCount(1)
    await bob.says(scene.words)
    const sent = alice.message(scene.words)
    await expect(picture(sent)).toBeVisible()
    await alice.says(scene.answer)
    await expect(bob.message(scene.answer)).toBeVisible()
    await draw(page, looks, 'documents')

    await sent.getByRole('button', { name: new RegExp(`^(Open|Открыть) ${plan.file}$`) }).click()
    await expect(page.getByRole('dialog').getByText(plan.title, { exact: false })).toBeAttached()
    await draw(page, looks, 'document')
  })
}
