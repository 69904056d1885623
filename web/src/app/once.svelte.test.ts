import { beforeEach, expect, test } from 'vitest'
import { page } from 'vitest/browser'
import type { AttachmentView, Body, FileState } from '@/engine/port'
import { message, page as pageOf } from '@/engine/sample'
import { speak } from '@/i18n/index.svelte'
import { inApp } from './in-app'
import { GROUP, signedIn } from './sample'

beforeEach(() => speak('en'))

const FILE: AttachmentView = {
  file: 7,
  name: '',
  media_type: 'image/png',
  media: { k: 'photo', w: 8, h: 8 },
  preview: null,
  cover: null,
  size: 1_000,
  automatic: false,
}

type Once = Extract<Body, { body: 'once' }>

async function shown(once: Partial<Once>, own = false, at: FileState = { state: 'elsewhere' }) {
  const engine = signedIn()
  const body: Once = {
    body: 'once',
    kind: 'photo',
    state: 'closed',
    file: null,
    text: '',
    entities: [],
    ...once,
  }
  engine.views.timeline = ({ anchor, limit }) => pageOf([message(1, { body, own })], anchor, limit, 0)
  engine.views.pins = () => []
  engine.views.asks = () => []
  engine.views.file = (query) => ({ file: query.file, size: 1_000, at })
  await inApp(engine, `/c/${GROUP.conversation}`)
  return engine
}

test('it is a row without a picture, and nothing is fetched before somebody opens it', async () => {
  const engine = await shown({ file: FILE })
  const row = page.getByRole('button', { name: 'Photo · open once' })
  await expect.element(row).toBeVisible()
  expect(document.querySelector('[data-row] img')).toBeNull()
  expect(engine.commands.filter(({ command }) => command === 'fetch_file')).toEqual([])
  await row.click()
  await expect.poll(() => engine.commands.some(({ command }) => command === 'fetch_file')).toBe(true)
  expect(engine.commands.some(({ command }) => command === 'open_once')).toBe(false)
})

test('it is marked as opened before it is shown, and erased when it could not be', async () => {
  const engine = await shown({ file: FILE }, false, { state: 'here' })
  engine.fail('open_once', { kind: 'not_ready', reason: { why: 'once_over' } })
  await page.getByRole('button', { name: 'Photo · open once' }).click()
  // The viewer is loaded when it is needed for the first time, which takes a while on a busy machine.
  const seen = () => engine.commands.map(({ command }) => command).filter((one) => one.endsWith('_once'))
  await expect.poll(seen, { timeout: 20_000 }).toEqual(['open_once', 'close_once'])
  await expect.element(page.getByText(/nothing of it is left/)).toBeVisible()
  await expect.element(page.getByRole('dialog')).not.toBeInTheDocument()
})

test('who sent it and who has seen it can not open it', async () => {
  await shown({}, true)
  await expect.element(page.getByText('Photo · view once').first()).toBeVisible()
  await expect.element(page.getByRole('button', { name: /Photo · / })).not.toBeInTheDocument()
})

test('what was opened says so', async () => {
  await shown({ state: 'opened', kind: 'voice' })
  await expect.element(page.getByText('Voice message · opened').first()).toBeVisible()
})
