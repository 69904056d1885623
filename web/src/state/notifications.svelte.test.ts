import { describe, expect, test } from 'vitest'
import { FakeEngine } from '@/engine/fake'
import type { News, NotificationSettings } from '@/engine/port'
import { ME } from '@/app/sample'
import { Engine } from './engine.svelte'
import { FakeBrowser } from './fake-browser'
import { Notifications } from './notifications.svelte'

const SERVER = {
  name: 'Our street',
  version: '1',
  registration: 'open',
  passwordRequired: false,
  phone: 'off',
  phoneRegion: undefined,
  driveProviders: [],
  previews: false,
  gifs: undefined,
  map: undefined,
} as const
const SUBSCRIPTION = { endpoint: 'https://push.example.org/x', p256dh: 'AQ-_', auth: 'AQ', quietly: true }

function here(pushKey = 'KEY') {
  let settings: NotificationSettings = { level: 'full', sound: true, quiet: null }
  let news: News = { notifications: [], unread: 0, sound: true }
  const fake = new FakeEngine({ me: () => ME, notifications: () => settings, news: () => news })
  fake.on('set_notifications', (command) => {
    settings = command.settings
    return { outcome: 'done' }
  })
  const browser = new FakeBrowser()
  let played = 0
  const server = { info: { ...SERVER, pushKey, drives: false }, ask: () => Promise.resolve() }
  const sounds = { play: () => (played += 1) }
  const notifications = new Notifications(
    new Engine(fake),
    browser,
    server,
    { language: 'en' },
    sounds,
    undefined,
  )
  return {
    fake,
    browser,
    notifications,
    settings: () => settings,
    played: () => played,
    /** A message comes; when everything was done about it. */
    comes: async (seq: number) => {
      const item = {
        conversation: 'a',
        title: 'Anna',
        author: null,
        text: `No. ${seq}`,
        media: null,
        count: seq,
        seq,
        at: seq,
      }
      news = { notifications: [{ ...item, sound: true }], unread: seq, sound: news.sound }
      fake.tell({ notice: 'incoming', about: { conversation: 'a', row: seq } })
      await expect.poll(() => notifications.unread).toBe(seq)
      await expect.poll(() => browser.badges.at(-1)).toBe(seq)
    },
    quiet: (): unknown => (news = { ...news, sound: false }),
  }
}

describe('being woken', () => {
  test('who agrees is woken by this server', async () => {
    const { fake, browser, notifications } = here()
    expect(await notifications.turnOn()).toBe(true)
    expect([notifications.permission, browser.subscribed]).toEqual(['granted', 'KEY'])
    expect(fake.commands).toEqual([{ command: 'set_push_subscription', subscription: SUBSCRIPTION }])
  })

  test('who does not agree is left alone', async () => {
    const { fake, browser, notifications } = here()
    browser.answer = 'denied'
    expect(await notifications.turnOn()).toBe(false)
    expect([notifications.permission, browser.subscribed, fake.commands]).toEqual(['denied', undefined, []])
    browser.permission = 'unsupported'
    expect(await notifications.turnOn()).toBe(false)
  })

  test('a server that wakes nobody is not subscribed to', async () => {
    const { fake, browser, notifications } = here('')
    expect(await notifications.turnOn()).toBe(true)
    expect([browser.subscribed, fake.commands]).toEqual([undefined, []])
  })

  test('a push service that refuses is told of, until it does not', async () => {
    const { fake, browser, notifications } = here()
    browser.refuses = true
    expect(await notifications.turnOn()).toBe(true)
    expect([notifications.refused, fake.commands]).toEqual([true, []])
    browser.refuses = false
    await notifications.turnOn()
    expect([notifications.refused, browser.subscribed]).toEqual([false, 'KEY'])
  })

  test('the engine hears at each start how things stand', async () => {
    const { fake, browser, notifications } = here()
    browser.permission = 'granted'
    browser.subscribed = 'KEY'
    browser.mayWakeQuietly = false
    const stop = notifications.listen()
    await expect
      .poll(() => fake.commands)
      .toEqual([{ command: 'set_push_subscription', subscription: { ...SUBSCRIPTION, quietly: false } }])
    stop()
  })

  test('a subscription that the browser has ended is made again', async () => {
    const { browser, notifications, settings } = here()
    browser.permission = 'granted'
    const stop = notifications.listen()
    await expect.poll(() => browser.subscribed).toBe('KEY')
    expect(settings().level).toBe('full')
    stop()
  })

  test('where nobody is any more, nobody is woken', async () => {
    const { fake, browser, notifications } = here()
    fake.views.me = () => null
    browser.subscribed = 'KEY'
    const stop = notifications.listen()
    await expect.poll(() => browser.subscribed).toBeUndefined()
    expect(fake.commands).toEqual([])
    stop()
  })

  test('who turns it off is woken no more, until it is turned on again', async () => {
    const { fake, browser, notifications, settings } = here()
    await notifications.turnOn()
    await notifications.turnOff()
    expect([browser.subscribed, settings().level]).toEqual([undefined, 'off'])
    expect(fake.commands.at(-1)).toEqual({ command: 'set_push_subscription', subscription: null })
    await notifications.turnOn()
    expect(settings().level).toBe('full')
  })
})

describe('a message comes while the app is open', () => {
  test('who looks elsewhere sees it; a second time only if there is more', async () => {
    const { browser, notifications, played, comes } = here()
    browser.permission = 'granted'
    browser.watched = false
    const stop = notifications.listen()
    await comes(1)
    await comes(2)
    await expect.poll(() => browser.remembered.told).toEqual({ a: 2 })
    expect(browser.wall.shown).toEqual(['Anna: No. 1', 'Anna: No. 2'])
    expect([played(), browser.remembered]).toEqual([0, { language: 'en', told: { a: 2 } }])
    stop()
  })

  test('who looks at this tab hears it', async () => {
    const { browser, notifications, played, comes } = here()
    browser.permission = 'granted'
    const stop = notifications.listen()
    await comes(1)
    await expect.poll(played).toBe(1)
    expect(browser.wall.shown).toEqual([])
    stop()
  })

  test('who looks at another tab hears it there', async () => {
    const { browser, notifications, played, comes } = here()
    Object.assign(browser, { permission: 'granted', watched: false, elsewhere: true })
    const stop = notifications.listen()
    await comes(1)
    // What the first one leads to has ended when the second one is looked at.
    await comes(2)
    expect([played(), browser.wall.shown]).toEqual([0, []])
    stop()
  })

  test('without notifications it is heard all the same', async () => {
    const { browser, notifications, played, comes } = here()
    browser.watched = false
    const stop = notifications.listen()
    await comes(1)
    await expect.poll(played).toBe(1)
    stop()
  })

  test('in quiet hours nothing is heard', async () => {
    const { notifications, played, comes, quiet } = here()
    const stop = notifications.listen()
    quiet()
    await comes(1)
    await comes(2)
    expect(played()).toBe(0)
    stop()
  })

  test('a tab without the engine shows nothing', async () => {
    const { fake, browser, notifications } = here()
    Object.assign(browser, { permission: 'granted', watched: false })
    fake.become({ state: 'ready', owner: false, persisted: true })
    fake.views.news = () => ({
      notifications: [
        {
          conversation: 'a',
          title: 'Anna',
          author: null,
          text: 'Hi',
          media: null,
          count: 1,
          seq: 1,
          at: 1,
          sound: true,
        },
      ],
      unread: 1,
      sound: true,
    })
    const stop = notifications.listen()
    await expect.poll(() => notifications.unread).toBe(1)
    expect([browser.wall.shown, browser.badges]).toEqual([[], []])
    stop()
  })
})
