// Stickers in the settings: packs, their order, their links, and how one begins to make one.
import { beforeEach, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import type { AttachmentView, PackView, StickerView } from '@/engine/port'
import { message, page as pageOf } from '@/engine/sample'
import { speak } from '@/i18n/index.svelte'
import { inApp } from './in-app'
import { GROUP, signedIn } from './sample'

beforeEach(() => speak('en'))

const pack = (id: string, title: string, more: Partial<PackView> = {}): PackView => ({
  pack: id,
  kind: 'installed',
  title,
  author: '',
  account: null,
  licence: '',
  cover: 0,
  stickers: [{ file: 1, media_type: 'image/webp', width: 512, height: 512, emojis: ['😀'] }],
  link: `https://host/stickers/${id}#key`,
  public: false,
  ready: true,
  replaces: false,
  ...more,
})
const button = (name: string) => page.getByRole('button', { name, exact: true })
const entry = (name: string) => page.getByRole('menuitem', { name, exact: true })

test('a pack is moved, shared and removed from its menu', async () => {
  const engine = signedIn()
  const packs = [pack('0199-cats', 'Cats'), pack('0199-dogs', 'Dogs')]
  engine.views.stickers = () => ({ packs, favourites: [], recent: [], gifs: [] })
  await inApp(engine, '/settings/stickers')
  await userEvent.click(button('Pack “Dogs”: more'))
  await userEvent.click(entry('Move up'))
  expect(engine.commands).toContainEqual({ command: 'move_pack', pack: '0199-dogs', to: 0 })
  // A menu that closes is there for a moment beside the next one.
  await expect.element(page.getByRole('menu')).not.toBeInTheDocument()
  await userEvent.click(button('Pack “Cats”: more'))
  await userEvent.click(entry('Link to the pack'))
  await expect.element(page.getByText('https://host/stickers/0199-cats#key')).toBeVisible()
  await userEvent.keyboard('{Escape}')
  await userEvent.click(button('Pack “Cats”: more'))
  await userEvent.click(entry('Remove pack'))
  await userEvent.click(page.getByRole('alertdialog').getByRole('button', { name: 'Remove pack' }))
  expect(engine.commands).toContainEqual({ command: 'remove_pack', pack: '0199-cats' })
})

test('a pack without stickers or a name is not saved', async () => {
  await inApp(signedIn(), '/settings/stickers')
  await userEvent.click(button('New pack'))
  await expect.element(button('Save')).toBeDisabled()
})

const STICKER: StickerView = { file: 7, media_type: 'image/webp', width: 512, height: 512, emojis: ['😀'] }

/** A conversation with one's own sticker in it, which is among the favourites. */
async function talk() {
  const engine = signedIn()
  const favourites = [STICKER]
  const attachment: AttachmentView = {
    file: 7,
    name: '',
    media_type: 'image/webp',
    media: { k: 'sticker', w: 512, h: 512, j: '😀' },
    preview: null,
    cover: null,
    size: 100,
    automatic: true,
  }
  const said = message(1, {
    own: true,
    body: { body: 'text', text: '', entities: [], attachments: [attachment] },
  })
  engine.views.timeline = ({ anchor, limit }) => pageOf([said], anchor, limit, 0)
  engine.views.pins = () => []
  engine.views.asks = () => []
  engine.views.stickers = () => ({ packs: [], favourites, recent: [], gifs: [] })
  engine.views.deeds = () => ({
    reply: true,
    react: true,
    edit: true,
    forward: true,
    pin: true,
    delete_for_all: true,
    retry: false,
  })
  await inApp(engine, `/c/${GROUP.conversation}`)
  return engine
}

test('a sticker has no text to copy or to edit, and a favourite can be taken out', async () => {
  const engine = await talk()
  await userEvent.click(page.getByRole('article'), { button: 'right' })
  await userEvent.click(entry('Remove from favourites'))
  expect(engine.commands).toContainEqual({ command: 'favourite_sticker', file: 7, on: false })
  await expect.element(page.getByRole('menu')).not.toBeInTheDocument()
  await userEvent.click(page.getByRole('article'), { button: 'right' })
  await expect.element(entry('Reply')).toBeVisible()
  await expect.element(entry('Copy text')).not.toBeInTheDocument()
  await expect.element(entry('Edit')).not.toBeInTheDocument()
})

test('a favourite is taken out where stickers are chosen, by its menu and by a key', async () => {
  const engine = await talk()
  const taken = () => engine.commands.filter(({ command }) => command === 'favourite_sticker')
  await userEvent.click(button('Emoji'))
  await userEvent.click(page.getByText('Stickers', { exact: true }))
  await userEvent.click(button('Sticker 😀'), { button: 'right' })
  await userEvent.click(entry('Remove from favourites'))
  await expect.poll(taken).toEqual([{ command: 'favourite_sticker', file: 7, on: false }])
  await expect.element(page.getByRole('menu')).not.toBeInTheDocument()
  button('Sticker 😀').element().focus()
  await userEvent.keyboard('{Delete}')
  await expect.poll(taken).toHaveLength(2)
})
