import { beforeEach, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import type { FakeEngine } from '@/engine/fake'
import type { NotificationSettings } from '@/engine/port'
import { message } from '@/engine/sample'
import { speak } from '@/i18n/index.svelte'
import { FakeBrowser } from '@/state/fake-browser'
import { inApp } from './in-app'
import { GROUP, signedIn } from './sample'

beforeEach(() => speak('en'))

const toggle = (name: string) => page.getByRole('switch', { name, exact: true })
const button = (name: string) => page.getByRole('button', { name, exact: true })

/** Somebody whose wishes are kept. */
function wishing(): { engine: FakeEngine; wishes: () => NotificationSettings } {
  const engine = signedIn()
  let kept: NotificationSettings = { level: 'full', sound: true, quiet: null }
  engine.views.notifications = () => kept
  engine.on('set_notifications', ({ settings }) => {
    kept = settings
    engine.tell({ notice: 'me' })
    return { outcome: 'done' }
  })
  return { engine, wishes: () => kept }
}

test('notifications are turned on, chosen and turned off in the settings', async () => {
  const { engine, wishes } = wishing()
  const browser = new FakeBrowser()
  await inApp(engine, '/settings/notifications', {}, browser)
  await expect.element(toggle('Notifications on this device')).not.toBeChecked()
  expect(page.getByText('Name only').query()).toBeNull()
  await userEvent.click(toggle('Notifications on this device'))
  await expect.element(toggle('Notifications on this device')).toBeChecked()
  expect(browser.subscribed).toBe('KEY')
  await userEvent.click(page.getByRole('radio', { name: 'Name only' }))
  await expect.poll(() => wishes().level).toBe('name')
  await userEvent.click(toggle('Notifications on this device'))
  await expect.element(toggle('Notifications on this device')).not.toBeChecked()
  expect([wishes().level, browser.subscribed]).toEqual(['off', undefined])
})

test('quiet hours are set by the clock', async () => {
  const { engine, wishes } = wishing()
  await inApp(engine, '/settings/notifications')
  await userEvent.click(toggle('Quiet hours'))
  await expect.poll(() => wishes().quiet).toEqual({ from: 23 * 60, to: 7 * 60 })
  await userEvent.fill(page.getByLabelText('Until'), '08:30')
  await userEvent.tab()
  await expect.poll(() => wishes().quiet).toEqual({ from: 23 * 60, to: 8 * 60 + 30 })
  await userEvent.click(toggle('Sound'))
  await expect.poll(() => wishes().sound).toBe(false)
})

test('a browser that refuses is told apart from one that can not', async () => {
  const browser = new FakeBrowser()
  browser.permission = 'denied'
  await inApp(signedIn(), '/settings/notifications', {}, browser)
  await expect.element(page.getByText(/Allow them for this site/)).toBeVisible()
  await expect.element(toggle('Notifications on this device')).toBeDisabled()
})

test('who waits for an answer is offered notifications, and not twice', async () => {
  const { engine } = wishing()
  let row = { ...GROUP, last: message(1) }
  engine.views.conversations = () => [row]
  engine.views.conversation = () => row
  await inApp(engine, `/c/${GROUP.conversation}`)
  await expect.element(page.getByRole('heading', { name: GROUP.title }).first()).toBeVisible()
  expect(button('Turn on notifications').query()).toBeNull()
  row = { ...GROUP, last: message(2, { own: true }) }
  engine.tell({ notice: 'conversation', about: GROUP.conversation })
  await expect.element(button('Turn on notifications')).toBeVisible()
  await userEvent.click(button('Close'))
  await expect.element(button('Turn on notifications')).not.toBeInTheDocument()
  expect(localStorage.getItem('beseda.notifications.declined')).not.toBeNull()
})

test('a newer version waits for a yes', async () => {
  let taken = 0
  let found = () => {}
  const updates = {
    onWaiting: (listener: () => void) => {
      found = listener
      return () => undefined
    },
    takeOver: () => void (taken += 1),
  }
  await inApp(signedIn(), '/settings', {}, new FakeBrowser(), updates)
  await expect.poll(() => document.querySelectorAll('h1').length).toBeGreaterThan(0)
  expect(button('Load again').query()).toBeNull()
  found()
  await userEvent.click(button('Load again'))
  expect(taken).toBe(1)
})
