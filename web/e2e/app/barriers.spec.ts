// Every main screen as people see it who see, hear or point less well: in each look nothing stands in their way, nothing is
// larger than the screen, and what a screen reader tells is what was meant.

import { expect, type Locator, type Page } from '@playwright/test'
import { barriers } from '../axe'
import { befriend, type Looks } from './person'
import { test } from './stage'

const LOOKS: readonly Looks[] = [
  { locale: 'en', scheme: 'light', width: 1440, height: 900 },
  { locale: 'ru', scheme: 'dark', width: 320, height: 640 },
  { locale: 'en', scheme: 'dark', width: 768, height: 1024 },
]

const JOINING = [
  'join',
  'join/new',
  'join/username',
  'join/back',
  'join/recover',
  'join/device',
  'join/reset',
]
const SETTINGS = [
  'settings',
  'settings/profile',
  'settings/account',
  'settings/phrase',
  'settings/privacy',
  'settings/blocked',
  'settings/devices',
  'settings/notifications',
  'settings/appearance',
  'settings/folders',
  'settings/writing',
  'settings/storage',
  'settings/about',
  'settings/warnings',
  'new',
  'new/group',
  'new/contact',
  'nowhere',
]

async function isForEverybody(page: Page, screen: string): Promise<void> {
  const found = await barriers(page)
  const beyond = await page.evaluate(() => {
    const { scrollWidth, scrollHeight } = document.documentElement
    return { width: scrollWidth > window.innerWidth, height: scrollHeight > window.innerHeight }
  })
  expect({ screen, found, beyond }).toEqual({ screen, found: [], beyond: { width: false, height: false } })
}

/** What a screen reader makes of a part of the page is what stands in `__aria__`: one look is enough, all say the same. */
async function isToldAs(name: string, part: Locator, looks: Looks): Promise<void> {
  if (looks === LOOKS[0])
    await expect(part).toMatchAriaSnapshot({ name: `${name.replace('/', '-')}.aria.yml` })
}

/** What stands beside the list. */
const detail = (page: Page): Locator => page.getByRole('main').locator('> .detail')

for (const looks of LOOKS) {
  const { locale, scheme, width } = looks

  test(`nothing stands in the way of anybody who joins: ${locale}, ${scheme}, ${width} px`, async ({
    somebody,
  }) => {
    const alice = await somebody(looks)
    for (const screen of JOINING) {
      await alice.opens(screen)
      await expect(alice.page.getByRole('heading', { level: 1 })).toBeVisible()
      await isForEverybody(alice.page, screen)
      await isToldAs(screen, alice.page.getByRole('main'), looks)
    }
  })

  test(`nothing stands in the way of anybody who talks: ${locale}, ${scheme}, ${width} px`, async ({
    member,
  }) => {
    const alice = await member('alice', 'Alice Walker', looks)
    const bob = await member('bob', 'Bob Marley')
    const { page } = alice
    await isForEverybody(page, 'no conversation')
    await isToldAs('no conversation', page.getByRole('main'), looks)
    await bob.addresses('alice', 'Hello!')
    await alice.opensRequest()
    await isForEverybody(page, 'request')
    await isToldAs('request', detail(page), looks)
    await alice.accepts()
    await alice.says('Look: **bold**, `code`, ||hidden||, https://example.org\n> quoted')
    await expect(bob.message('Look')).toBeVisible()
    await bob.says('Hi!')
    await expect(alice.message('Hi!')).toBeVisible()
    await isForEverybody(page, 'conversation')
    await isToldAs('conversation', page.getByRole('main'), looks)
    await alice.message('Look').click({ button: 'right' })
    await expect(page.getByRole('menu')).toBeVisible()
    expect(await barriers(page, '[role=menu]')).toEqual([])
    await isToldAs('message menu', page.getByRole('menu'), looks)
    await page
      .getByRole('menuitemcheckbox', { name: 'React with 👍' })
      .or(page.getByRole('menuitemcheckbox', { name: 'Реакция 👍' }))
      .press('Enter')
    await expect(bob.message('Look').getByRole('button', { name: /👍/ })).toBeVisible()
  })

  test(`nothing stands in the way of anybody who looks around: ${locale}, ${scheme}, ${width} px`, async ({
    member,
  }) => {
    const alice = await member('alice', 'Alice Walker', looks)
    for (const screen of SETTINGS) {
      await alice.moves(screen)
      await expect(alice.page.getByRole('heading', { level: 1 }).first()).toBeVisible()
      await isForEverybody(alice.page, screen)
      await isToldAs(
        screen,
        screen.startsWith('settings/') ? detail(alice.page) : alice.page.getByRole('main'),
        looks,
      )
    }
  })

  test(`nothing stands in the way of anybody who looks things up: ${locale}, ${scheme}, ${width} px`, async ({
    member,
  }) => {
    const bob = await member('bob', 'Bob Marley')
    const alice = await member('alice', 'Alice Walker', looks)
    const { page } = alice
    await befriend(bob, alice)
    await bob.opens('new/group')
    await bob.page.getByRole('button', { name: 'Alice Walker' }).click()
    await bob.page.getByRole('button', { name: 'Next' }).click()
    await bob.page.getByLabel('Name of the group').fill('Sunday hikes')
    await bob.page.getByRole('button', { name: 'Create the group' }).click()
    await bob.says('To the lake?')

    await alice.head('Bob Marley').click()
    await expect(page.getByRole('heading', { level: 2, name: 'Bob Marley' })).toBeVisible()
    await isForEverybody(page, 'person')
    await isToldAs('person', detail(page), looks)
    await alice.moves('')
    await alice.goesTo('Sunday hikes')
    await expect(alice.message('To the lake?')).toBeVisible()
    await alice.head('Sunday hikes').click()
    await expect(page.getByRole('heading', { level: 2, name: 'Sunday hikes' })).toBeVisible()
    await isForEverybody(page, 'group')
    await isToldAs('group', detail(page), looks)
    await alice.moves('')
    await page.getByRole('searchbox').fill('lake')
    await expect(alice.row('To the lake?')).toBeVisible()
    await isForEverybody(page, 'search')
    await isToldAs('search', page.getByRole('region', { name: 'Conversations' }), looks)
  })
}
