// Stickers in the settings: packs, their order, their links, and how one begins to make one.
import { beforeEach, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import type { PackView } from '@/engine/port'
import { speak } from '@/i18n/index.svelte'
import { inApp } from './in-app'
import { signedIn } from './sample'

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
  engine.views.stickers = () => ({ packs, favourites: [], recent: [] })
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
