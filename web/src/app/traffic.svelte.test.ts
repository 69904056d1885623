import { beforeEach, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import type { FakeEngine } from '@/engine/fake'
import type { FetchRules, FileState, Media } from '@/engine/port'
import { message, page as pageOf } from '@/engine/sample'
import { speak } from '@/i18n/index.svelte'
import { inApp } from './in-app'
import { FETCHING, GROUP, signedIn } from './sample'

beforeEach(() => speak('en'))

const MB = 1_000_000

const button = (name: string) => page.getByRole('button', { name, exact: true })
const commands = (engine: FakeEngine, kind: string) =>
  engine.commands.filter(({ command }) => command === kind)

/** Somebody whose rules are kept. */
function choosing(): { engine: FakeEngine; rules: () => FetchRules } {
  const engine = signedIn()
  let { rules } = FETCHING
  engine.views.fetching = () => ({ rules, metered: rules.network === 'metered' })
  engine.on('set_fetch_rules', (given) => {
    ;({ rules } = given)
    engine.tell({ notice: 'me' })
    return { outcome: 'done' }
  })
  return { engine, rules: () => rules }
}

test('what comes by itself is chosen by kind and network', async () => {
  const { engine, rules } = choosing()
  await inApp(engine, '/settings/storage')
  const videos = page.getByLabelText('Videos: On mobile data')
  await expect.element(videos).toHaveValue('0')
  await userEvent.selectOptions(videos, 'Up to 3 MB')
  await expect.poll(() => rules().metered.video).toBe(3 * MB)
  await userEvent.selectOptions(page.getByLabelText('Files: On Wi-Fi'), 'Any size')
  await expect.poll(() => rules().unmetered.file).toBe(Number.MAX_SAFE_INTEGER)
  expect(rules().metered).toEqual({ ...FETCHING.rules.metered, video: 3 * MB })
})

test('a connection counts as mobile when its person says so, and the saver saves on any', async () => {
  const { engine, rules } = choosing()
  await inApp(engine, '/settings/storage')
  await expect.element(page.getByText('Now: not mobile data')).toBeVisible()
  await userEvent.selectOptions(page.getByLabelText('This connection counts as mobile'), 'Always')
  await expect.element(page.getByText('Now: mobile data')).toBeVisible()
  await userEvent.click(page.getByRole('switch', { name: 'Data saver' }))
  await expect.poll(() => rules()).toMatchObject({ saver: true, network: 'metered' })
})

test('a size that another client has set is shown as it is', async () => {
  const { engine } = choosing()
  const { rules } = FETCHING
  engine.views.fetching = () => ({
    metered: false,
    rules: { ...rules, unmetered: { ...rules.unmetered, photo: 7 * MB } },
  })
  await inApp(engine, '/settings/storage')
  await expect.element(page.getByLabelText('Photos: On Wi-Fi')).toHaveDisplayValue('Up to 7 MB')
})

test('the room of files is shown, limited and cleared', async () => {
  const engine = signedIn()
  await inApp(engine, '/settings/storage')
  await expect.element(page.getByText('1.2 GB in 321 files')).toBeVisible()
  await userEvent.click(button('Clear'))
  await expect.element(page.getByText('1.2 GB cleared')).toBeVisible()
  expect(commands(engine, 'clear_files')).toHaveLength(1)
  const limit = page.getByLabelText('Keep at most')
  await userEvent.selectOptions(limit, '500 MB')
  await userEvent.selectOptions(limit, 'Everything')
  await expect
    .poll(() => commands(engine, 'limit_files'))
    .toEqual([
      { command: 'limit_files', bytes: 500 * MB },
      { command: 'limit_files', bytes: null },
    ])
})

/** A conversation with a large file that is on the server, on a network that costs. */
async function withFilm(
  at: FileState = { state: 'elsewhere' },
  media: Media = { k: 'file' },
): Promise<FakeEngine> {
  const engine = signedIn()
  const film = {
    file: 7,
    name: 'film.mkv',
    media_type: '',
    media,
    preview: null,
    cover: null,
    size: 40 * MB,
    automatic: false,
  }
  const said = message(1, { body: { body: 'text', text: '', entities: [], attachments: [film] } })
  engine.views.shared = ({ conversation }) => [
    {
      row: said.row,
      place: 0,
      conversation,
      message: said.message,
      author_name: said.author_name,
      at: said.at,
      attachment: film,
    },
  ]
  engine.views.timeline = ({ anchor, limit }) => pageOf([said], anchor, limit, 1)
  engine.views.file = ({ file }) => ({ file, size: 40 * MB, at })
  let { rules } = FETCHING
  engine.views.fetching = () => ({ rules, metered: true })
  engine.on('set_fetch_rules', (given) => {
    ;({ rules } = given)
    return { outcome: 'done' }
  })
  engine.views.estimate = ({ bytes }) => ({ costly: rules.ask && bytes > 10 * MB, millis: 170_000 })
  engine.views.markup = ({ source }) => ({ text: source, entities: [] })
  engine.views.pins = () => []
  engine.views.asks = () => []
  engine.views.deeds = () => null
  await inApp(engine, `/c/${GROUP.conversation}`)
  return engine
}

test('a large download over mobile data is asked for, until nobody wants to be asked', async () => {
  const engine = await withFilm()
  const dialog = page.getByRole('alertdialog', { name: 'Download over mobile data?' })
  await userEvent.click(button('Download film.mkv'))
  await expect.element(dialog).toHaveTextContent(/40 MB.*about 3 minutes/)
  await userEvent.click(dialog.getByRole('checkbox'))
  await userEvent.click(dialog.getByRole('button', { name: 'Cancel' }))
  await expect.poll(() => dialog.query()).toBeNull()
  expect(commands(engine, 'fetch_file')).toEqual([])

  await userEvent.click(button('Download film.mkv'))
  await userEvent.click(dialog.getByRole('checkbox', { name: 'Don’t ask again' }))
  await userEvent.click(dialog.getByRole('button', { name: 'Download' }))
  await expect.poll(() => commands(engine, 'fetch_file')).toHaveLength(1)

  await userEvent.click(button('Download film.mkv'))
  await expect.poll(() => commands(engine, 'fetch_file')).toHaveLength(2)
  expect(dialog.query()).toBeNull()
})

test('what is left of a download that rested is what counts', async () => {
  const engine = await withFilm({
    state: 'paused',
    up: false,
    done: 30 * MB,
    total: 40 * MB,
    costly: false,
  })
  await userEvent.click(button('Go on with film.mkv'))
  await expect.poll(() => commands(engine, 'resume_file')).toHaveLength(1)
})

test('what was on its way when the network began to cost says what it waits for, and goes on for who agrees', async () => {
  const engine = await withFilm({
    state: 'paused',
    up: true,
    done: 1 * MB,
    total: 40 * MB,
    costly: true,
  })
  await expect.element(page.getByText('Waits for Wi-Fi')).toBeVisible()
  await expect.element(page.getByRole('progressbar', { name: 'Waits for Wi-Fi' })).toBeVisible()
  await userEvent.click(button('Go on with film.mkv'))
  const dialog = page.getByRole('alertdialog', { name: 'Send over mobile data?' })
  await expect.element(dialog).toHaveTextContent('39 MB')
  await userEvent.click(dialog.getByRole('button', { name: 'Send' }))
  await expect.poll(() => commands(engine, 'resume_file')).toHaveLength(1)
})

test('a film is played over mobile data once its person agrees', async () => {
  const engine = await withFilm(undefined, { k: 'video', w: 640, h: 360, d: 60_000 })
  const dialog = page.getByRole('alertdialog', { name: 'Download over mobile data?' })
  await userEvent.click(page.getByRole('button', { name: /^Video by/ }))
  await userEvent.click(dialog.getByRole('button', { name: 'Cancel' }))
  expect(commands(engine, 'fetch_file')).toEqual([])
  await userEvent.click(button('Play film.mkv'))
  await userEvent.click(dialog.getByRole('button', { name: 'Download' }))
  await expect.poll(() => commands(engine, 'fetch_file')).toHaveLength(1)
})

test('music comes over mobile data once its person agrees', async () => {
  const engine = await withFilm(undefined, { k: 'audio', d: 60_000, t: 'Song', a: '' })
  const dialog = page.getByRole('alertdialog', { name: 'Download over mobile data?' })
  await userEvent.click(button('Play Song'))
  await userEvent.click(dialog.getByRole('button', { name: 'Cancel' }))
  await expect.poll(() => dialog.query()).toBeNull()
  expect(commands(engine, 'fetch_file')).toEqual([])
  await userEvent.click(button('Play Song'))
  await userEvent.click(dialog.getByRole('button', { name: 'Download' }))
  await expect.poll(() => commands(engine, 'fetch_file')).toHaveLength(1)
})

test('a large file is sent over mobile data when its person agrees, and stays if not', async () => {
  const engine = await withFilm()
  const dialog = page.getByRole('alertdialog', { name: 'Send over mobile data?' })
  const file = new File([new Uint8Array(11 * MB)], 'song.bin')
  const given = new DataTransfer()
  given.items.add(file)
  const box = page.getByRole('textbox', { name: 'Message' })
  await box.fill('listen')
  box.element().dispatchEvent(new ClipboardEvent('paste', { clipboardData: given, bubbles: true }))
  await expect.element(page.getByText('song.bin')).toBeVisible()
  await userEvent.click(button('Send'))
  await userEvent.click(dialog.getByRole('button', { name: 'Cancel' }))
  await expect.element(box).toHaveValue('listen')
  expect(commands(engine, 'send')).toEqual([])
  await userEvent.click(button('Send'))
  await userEvent.click(dialog.getByRole('button', { name: 'Send' }))
  await expect.poll(() => commands(engine, 'send')).toMatchObject([{ draft: { text: 'listen' } }])
})
