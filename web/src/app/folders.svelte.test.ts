// Folders of one's own: tabs above the conversations, made and filled in the settings or from a conversation's menu.
import { beforeEach, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import type { FakeEngine } from '@/engine/fake'
import type { ConversationView, FolderView } from '@/engine/port'
import { conversation } from '@/engine/sample'
import { speak } from '@/i18n/index.svelte'
import { inApp } from './in-app'
import { signedIn } from './sample'

beforeEach(() => speak('en'))

const WORK = { folder: '0199-work', name: 'Work', place: 0 }
const CLUBS = { folder: '0199-clubs', name: 'Clubs', place: 1 }
const tab = (name: string) => page.getByRole('radio', { name, exact: true })
const show = (name: string) => userEvent.click(page.getByRole('radiogroup').getByText(name, { exact: true }))
const button = (name: string) => page.getByRole('button', { name, exact: true })
const row = (name: string) => page.getByRole('listitem').filter({ hasText: name })

/** Somebody with folders; commands change them as the engine would. */
function withFolders(folders: FolderView[], rows: ConversationView[]): FakeEngine {
  const engine = signedIn()
  engine.views.folders = () => folders
  engine.views.conversations = () => rows
  engine.on('keep', ({ conversation: id, state }) => {
    rows = rows.map((one) => (one.conversation === id ? { ...one, own: state } : one))
    engine.tell({ notice: 'conversation', about: id })
    return { outcome: 'done' }
  })
  engine.on('make_folder', ({ name }) => {
    folders = [...folders, { folder: '0199-new', name, place: folders.length }]
    engine.tell({ notice: 'folders' })
    return { outcome: 'folder', folder: '0199-new' }
  })
  engine.on('delete_folder', ({ folder }) => {
    folders = folders.filter((one) => one.folder !== folder)
    engine.tell({ notice: 'folders' })
    return { outcome: 'done' }
  })
  return engine
}

const keptIn = (title: string, folders: string[], unread = 0) => {
  const made = conversation(`0199-${title}`, { kind: 'group', title, unread })
  return { ...made, own: { ...made.own, folders } }
}

test('a folder shows what lies in it, and how much of that is unread', async () => {
  await inApp(
    withFolders([WORK, CLUBS], [keptIn('Office', [WORK.folder], 3), keptIn('Chess', [CLUBS.folder])]),
    '/',
  )
  await show('Work')
  await expect.element(row('Office')).toBeVisible()
  expect(row('Chess').query()).toBeNull()
  await expect.element(tab('Work 1 unread conversation')).toBeChecked()
  await show('Clubs')
  await expect.element(row('Chess')).toBeVisible()
  expect(row('Office').query()).toBeNull()
})

test('a conversation is put into a folder and taken out by its menu', async () => {
  const engine = withFolders([WORK], [keptIn('Office', [])])
  await inApp(engine, '/')
  const lay = async () => {
    await userEvent.click(row('Office'), { button: 'right' })
    await userEvent.hover(page.getByRole('menuitem', { name: 'Folders' }))
    await userEvent.click(page.getByRole('menuitemcheckbox', { name: 'Work' }))
  }
  await show('Work')
  await expect.element(page.getByText('This folder is empty')).toBeVisible()
  await show('All')
  await lay()
  await show('Work')
  await expect.element(row('Office')).toBeVisible()
  await lay()
  await expect.element(page.getByText('This folder is empty')).toBeVisible()
})

test('a name that is too long is cut, and it is said so', async () => {
  await inApp(withFolders([], []), '/settings/folders')
  await userEvent.click(button('New folder').first())
  const name = page.getByLabelText('Name of the folder')
  await userEvent.fill(name, 'Reggae')
  expect(page.getByText('No more than 32 characters').query()).toBeNull()
  await userEvent.fill(name, 'r'.repeat(32))
  await expect.element(page.getByText('No more than 32 characters')).toBeVisible()
})

test('where there are more tabs than fit, the row fades out on that side', async () => {
  const many = Array.from({ length: 12 }, (_, at) => ({
    folder: `0199-${at}`,
    name: `Folder ${at}`,
    place: at,
  }))
  await inApp(withFolders(many, [keptIn('Office', [])]), '/')
  const tabs = page.getByRole('radiogroup')
  await expect.element(tabs).toHaveClass('behind')
  await expect.element(tabs).not.toHaveClass('before')
  tabs.element().scrollLeft = 10_000
  await expect.element(tabs).toHaveClass('before')
  await expect.element(tabs).not.toHaveClass('behind')
})

test('one is made with what shall lie in it; what has one name already keeps its others', async () => {
  const engine = withFolders([WORK], [keptIn('Office', [WORK.folder]), keptIn('Chess', [])])
  await inApp(engine, '/settings/folders')
  await userEvent.click(button('New folder'))
  await userEvent.fill(page.getByLabelText('Name of the folder'), 'Everything')
  await userEvent.fill(page.getByRole('searchbox', { name: 'Find a conversation' }), 'off')
  await userEvent.click(page.getByRole('group', { name: 'Conversations in the folder' }).getByRole('button'))
  await userEvent.click(button('Save'))
  await expect.element(page.getByRole('button', { name: 'Everything 1 conversation' })).toBeVisible()
  expect(engine.commands).toContainEqual(
    expect.objectContaining({ command: 'make_folder', name: 'Everything' }),
  )
  const kept = engine.commands.flatMap((one) => (one.command === 'keep' ? [one.state.folders] : []))
  expect(kept).toEqual([[WORK.folder, '0199-new']])
})

test('they are moved and deleted; who looks at a deleted one sees all', async () => {
  const engine = withFolders([WORK, CLUBS], [keptIn('Office', [WORK.folder]), keptIn('Chess', [])])
  await inApp(engine, '/settings/folders')
  await userEvent.click(button('Folder “Work”: more'))
  await expect
    .element(page.getByRole('menuitem', { name: 'Move up' }))
    .toHaveAttribute('aria-disabled', 'true')
  await userEvent.click(page.getByRole('menuitem', { name: 'Move down' }))
  expect(engine.commands).toContainEqual({ command: 'move_folder', folder: WORK.folder, to: 1 })
  await userEvent.click(button('Back'))
  await userEvent.click(button('Back'))
  await show('Work')
  expect(row('Chess').query()).toBeNull()
  await engine.command({ command: 'delete_folder', folder: WORK.folder })
  await expect.element(row('Chess')).toBeVisible()
  await expect.element(tab('All')).toBeChecked()
})
