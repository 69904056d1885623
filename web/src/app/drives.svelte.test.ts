// Cloud drives: connected in the settings once they have answered; files come from them into a message, and go there.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import type { FakeEngine } from '@/engine/fake'
import type { DriveView } from '@/engine/port'
import { speak } from '@/i18n/index.svelte'
import { inApp } from './in-app'
import { GROUP, signedIn } from './sample'

beforeEach(() => speak('en'))
afterEach(() => vi.unstubAllGlobals())

const button = (name: string) => page.getByRole('button', { name, exact: true })
const CLOUD: DriveView = { drive: 1, name: 'Cloud', kind: 'webdav', address: 'https://cloud.example/dav' }

const ENTRIES = [
  { name: 'notes.txt', folder: false, size: 5, modified: null },
  { name: 'Pictures', folder: true, size: 0, modified: null },
]

/** Somebody with these drives, and what is asked of the server for them. */
function withDrives(drives: DriveView[], answer: (door: string, body: string) => Response): FakeEngine {
  const engine = signedIn()
  engine.views.drives = () => drives
  engine.views.drive_call = ({ what }) => ({
    url: `/api/v1/drives/${what.ask}`,
    headers: [],
    body: JSON.stringify(what),
  })
  engine.on('keep_drive', ({ name }) => {
    drives = [...drives, { ...CLOUD, name }]
    engine.tell({ notice: 'me' })
    return { outcome: 'done' }
  })
  engine.on('forget_drive', () => {
    drives = []
    engine.tell({ notice: 'me' })
    return { outcome: 'done' }
  })
  vi.stubGlobal('fetch', (url: string, { body }: RequestInit) =>
    Promise.resolve(answer(url.split('/').at(-1) ?? '', typeof body === 'string' ? body : '')),
  )
  return engine
}

const listed = (entries: unknown[] = ENTRIES) => Response.json({ entries, more: false })
const refused = (code: string) => Response.json({ code, detail: '' }, { status: 403 })

test('a drive is connected once it has answered, and forgotten', async () => {
  let knows = false
  const engine = withDrives([], () => (knows ? listed() : refused('FORBIDDEN')))
  await inApp(engine, '/settings/drives')
  await userEvent.click(button('Connect a drive'))
  await userEvent.fill(page.getByLabelText('Name', { exact: true }), 'Cloud')
  await userEvent.fill(page.getByLabelText('Address'), 'https://cloud.example/dav')
  await userEvent.fill(page.getByLabelText('Username'), 'alice')
  await userEvent.fill(page.getByLabelText('App password'), 'secret')
  await userEvent.click(button('Connect'))
  await expect.element(page.getByText('The drive refuses it. Check the name and the password.')).toBeVisible()
  expect(engine.commands.some(({ command }) => command === 'keep_drive')).toBe(false)
  knows = true
  await userEvent.click(button('Connect'))
  await expect.element(page.getByText('https://cloud.example/dav')).toBeVisible()
  await userEvent.click(button('What to do with Cloud'))
  await userEvent.click(page.getByRole('menuitem', { name: 'Forget' }))
  await userEvent.click(button('Forget'))
  await expect.element(page.getByText('No drives yet')).toBeVisible()
})

test('files of a drive go into the next message', async () => {
  const engine = withDrives([CLOUD], (door, body) => {
    if (door === 'list') return body.includes('Pictures') ? listed([]) : listed()
    return new Response('hello', { headers: { 'content-length': '5' } })
  })
  await inApp(engine, `/c/${GROUP.conversation}`)
  await userEvent.click(button('Attach'))
  await userEvent.click(page.getByRole('menuitem', { name: 'From a cloud drive' }))
  await userEvent.click(button('Pictures'))
  await expect.element(page.getByText('This folder is empty')).toBeVisible()
  await userEvent.click(page.getByText('One folder up'))
  await userEvent.click(page.getByText('notes.txt'))
  await userEvent.click(button('Attach 1 file'))
  await expect.poll(() => engine.files.size).toBe(1)
  await expect.element(page.getByText('notes.txt')).toBeVisible()
})

test('a file that breaks off is not taken, and one is told', async () => {
  const engine = withDrives([CLOUD], (door) =>
    door === 'list' ? listed() : new Response('he', { headers: { 'content-length': '5' } }),
  )
  await inApp(engine, `/c/${GROUP.conversation}`)
  await userEvent.click(button('Attach'))
  await userEvent.click(page.getByRole('menuitem', { name: 'From a cloud drive' }))
  await userEvent.click(page.getByText('notes.txt'))
  await userEvent.click(button('Attach 1 file'))
  await expect.element(page.getByText('The connection broke before the whole file was here.')).toBeVisible()
  expect(engine.files.size).toBe(0)
})
