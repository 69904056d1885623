import { beforeEach, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { conversation, page as pageOf } from '@/engine/sample'
import { speak } from '@/i18n/index.svelte'
import { inApp } from './in-app'
import { GROUP, signedIn } from './sample'

beforeEach(() => speak('en'))

function several() {
  const engine = signedIn()
  const all = [GROUP, ...['one', 'two'].map((id) => conversation(id, { kind: 'group' }))]
  engine.views.conversations = () => all
  engine.views.timeline = ({ anchor, limit }) => pageOf([], anchor, limit, 0)
  engine.views.pins = () => []
  engine.views.asks = () => []
  engine.views.own_asks = () => []
  return engine
}

test('the window of the keys lists also what a message and the text field understand', async () => {
  await inApp(several(), '/settings')
  await expect.element(page.getByRole('heading', { name: 'Settings' })).toBeVisible()
  await userEvent.keyboard('?')
  const keys = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  for (const group of ['Everywhere', 'Conversations', 'Messages', 'Writing'])
    await expect.element(keys.getByRole('heading', { name: group })).toBeVisible()
  await expect.element(keys.getByText('Reply', { exact: true })).toBeInTheDocument()
  await expect.element(keys.getByText('Bold')).toBeInTheDocument()
})

test('Ctrl and K search from anywhere', async () => {
  await page.viewport(400, 700)
  await inApp(several(), '/settings/about')
  await expect.element(page.getByRole('heading', { name: 'About' })).toBeVisible()
  await userEvent.keyboard('{Control>}k{/Control}')
  await expect.element(page.getByRole('searchbox', { name: 'Search' })).toHaveFocus()
})

test('Alt and the arrows go from conversation to conversation', async () => {
  await page.viewport(1000, 700)
  await inApp(several(), '/')
  await expect.element(page.getByRole('link', { name: 'Neighbours' })).toBeVisible()
  const press = async (key: string, path: string) => {
    await userEvent.keyboard(`{Alt>}{${key}}{/Alt}`)
    await expect.poll(() => location.pathname).toBe(path)
  }
  await press('ArrowDown', `/c/${GROUP.conversation}`)
  await press('ArrowDown', '/c/one')
  await press('ArrowDown', '/c/two')
  await press('ArrowDown', '/c/two')
  await press('ArrowUp', '/c/one')
})
