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

const MINE: DriveView = { drive: 2, name: 'Mine', kind: 'google', address: '' }
const GRANT = { access: 'a-2', millis: 3_600_000 }

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
    is_over: false,
  })
  engine.views.grant_call = ({ what }) => ({
    url: `/api/v1/drives/${what.ask}`,
    headers: [],
    body: JSON.stringify(what),
    is_over: false,
  })
  for (const command of ['keep_grant', 'refresh_drive', 'authorize_drive'] as const)
    engine.on(command, () => ({ outcome: 'done' }))
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

test('over mobile data a large file is asked about, and is taken once however often it is pressed', async () => {
  const reads: string[] = []
  const engine = withDrives([CLOUD], (door) => {
    if (door === 'list') return listed()
    reads.push(door)
    return new Response('hello', { headers: { 'content-length': '5' } })
  })
  let isCostly = true
  engine.views.estimate = () => ({ costly: isCostly, millis: null })
  await inApp(engine, `/c/${GROUP.conversation}`)
  await userEvent.click(button('Attach'))
  await userEvent.click(page.getByRole('menuitem', { name: 'From a cloud drive' }))
  await userEvent.click(page.getByText('notes.txt'))
  const attach = button('Attach 1 file')
  await userEvent.click(attach)
  const question = page.getByRole('alertdialog', { name: 'Download over mobile data?' })
  await userEvent.click(question.getByRole('button', { name: 'Cancel' }))
  await expect.poll(() => question.query()).toBeNull()
  expect(reads).toEqual([])

  isCostly = false
  await expect.element(attach).toBeEnabled()
  const node = attach.element()
  for (let press = 0; press < 2; press += 1) node.dispatchEvent(new MouseEvent('click', { bubbles: true }))
  await expect.poll(() => engine.files.size).toBe(1)
  expect(reads).toHaveLength(1)
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

const kinds = () =>
  Array.from(page.getByLabelText('Kind').element().querySelectorAll('option'), (one) => one.textContent)

test('providers are offered where the server has a client with them, and no others', async () => {
  const engine = withDrives([], () => listed())
  await inApp(engine, '/settings/drives', { drive_providers: ['google', 'onedrive', 'from the future'] })
  await userEvent.click(button('Connect a drive'))
  await expect.element(page.getByLabelText('Kind')).toBeVisible()
  expect(kinds()).toEqual(['WebDAV, Nextcloud', 'S3', 'Google Drive', 'OneDrive'])
  await userEvent.selectOptions(page.getByLabelText('Kind'), 'Google Drive')
  await expect.element(page.getByLabelText('Name', { exact: true })).toHaveValue('Google Drive')
  await expect.element(page.getByText('not yet tried with the real service', { exact: false })).toBeVisible()
  await userEvent.selectOptions(page.getByLabelText('Kind'), 'S3')
  await expect.element(page.getByLabelText('Name', { exact: true })).toHaveValue('')
})

test('what a provider’s page leads back with becomes a drive, and stays nowhere', async () => {
  const asked: string[] = []
  const engine = withDrives([MINE], (door, body) => {
    asked.push(door, body)
    return Response.json(GRANT)
  })
  await inApp(engine, '/drive-connected?code=the-code&state=the-state')
  await expect.element(page.getByText('The drive is connected')).toBeVisible()
  expect(asked).toEqual(['exchange', '{"ask":"exchange","code":"the-code","state":"the-state"}'])
  expect(engine.commands).toContainEqual({ command: 'keep_grant', state: 'the-state', grant: GRANT })
  expect(location.pathname + location.search).toBe('/settings/drives')
})

test('a page on which the person said no, or which leads back with nothing, connects nothing', async () => {
  const engine = withDrives([MINE], () => refused('DRIVE_EXPIRED'))
  await inApp(engine, '/drive-connected?error=access_denied&state=the-state')
  await expect.element(page.getByText('You didn’t allow it: the drive is not connected')).toBeVisible()
  await inApp(engine, '/drive-connected?error=server_error')
  await expect.element(page.getByText('The drive was not connected.', { exact: false })).toBeVisible()
  await inApp(engine, '/drive-connected?code=less&state=s')
  await expect.element(page.getByText('allow all that is asked for', { exact: false })).toBeVisible()
  expect(engine.commands.some(({ command }) => command === 'keep_grant')).toBe(false)
})

test('a token that is over is renewed once; then the drive is to be connected anew', async () => {
  let good = false
  const engine = withDrives([MINE], (door) => {
    if (door === 'refresh') {
      good = !good
      return Response.json({ ...GRANT, refresh: 'r-2' })
    }
    return good ? listed() : refused('DRIVE_EXPIRED')
  })
  await inApp(engine, '/settings/drives')
  await expect.element(page.getByText('Google Drive')).toBeVisible()
  const menu = button('What to do with Mine')
  await userEvent.click(menu)
  await userEvent.click(page.getByRole('menuitem', { name: 'Test the connection' }))
  await expect.element(page.getByText('Mine answers')).toBeVisible()
  const refresh = { command: 'refresh_drive', drive: 2, grant: { ...GRANT, refresh: 'r-2' } }
  expect(engine.commands.filter(({ command }) => command === 'refresh_drive')).toEqual([refresh])

  vi.stubGlobal('fetch', () => Promise.resolve(refused('DRIVE_EXPIRED')))
  await userEvent.click(menu)
  await userEvent.click(page.getByRole('menuitem', { name: 'Test the connection' }))
  await expect
    .element(page.getByText('The drive doesn’t let this device in any more', { exact: false }))
    .toBeVisible()
})

test('a drive of a provider is forgotten even if the provider can’t be told', async () => {
  const asked: string[] = []
  const engine = withDrives([MINE], (door) => {
    asked.push(door)
    return refused('DRIVE_UNREACHABLE')
  })
  await inApp(engine, '/settings/drives')
  await userEvent.click(button('What to do with Mine'))
  await userEvent.click(page.getByRole('menuitem', { name: 'Forget' }))
  await expect.element(page.getByText('Google Drive is told', { exact: false })).toBeVisible()
  await userEvent.click(button('Forget'))
  await expect.element(page.getByText('No drives yet')).toBeVisible()
  expect(asked).toEqual(['revoke'])
})

test('a provider that can’t be reached is told of without an address to check', async () => {
  const engine = withDrives([MINE], () => refused('DRIVE_UNREACHABLE'))
  await inApp(engine, '/settings/drives')
  await userEvent.click(button('What to do with Mine'))
  await userEvent.click(page.getByRole('menuitem', { name: 'Connect anew' }))
  await expect
    .element(page.getByText('Google Drive can’t be reached from your server', { exact: false }))
    .toBeVisible()
  expect(engine.commands).toContainEqual({
    command: 'authorize_drive',
    provider: 'google',
    name: '',
    drive: 2,
    back: `${location.origin}/drive-connected`,
  })
})
