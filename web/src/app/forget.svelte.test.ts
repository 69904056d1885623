// What is cleared or deleted, and only after a yes.
import { beforeEach, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { conversation } from '@/engine/sample'
import { speak } from '@/i18n/index.svelte'
import { inApp } from './in-app'
import { problems } from './problems'
import { MARIA, signedIn } from './sample'

beforeEach(() => speak('en'))

const button = (name: string) => page.getByRole('button', { name, exact: true })
const DIRECT = { ...conversation('0199-direct', { title: 'Maria', last_seq: 7 }), peer: MARIA.account }
const LEFT = conversation('0199-left', { kind: 'group', title: 'Chess', readiness: 'left', last_seq: 3 })
const STAYING = conversation('0199-group', { kind: 'group', title: 'Neighbours' })

function engine() {
  const made = signedIn()
  made.views.conversations = () => [DIRECT, LEFT, STAYING]
  made.on('keep', () => ({ outcome: 'done' }))
  return made
}

test('a conversation with somebody is cleared or deleted on their page', async () => {
  const asked = engine()
  await inApp(asked, `/u/${MARIA.account}`)
  await userEvent.click(button('Clear the history'))
  expect(await problems()).toEqual([])
  await userEvent.click(button('Cancel'))
  expect(asked.commands).not.toContainEqual(expect.objectContaining({ command: 'keep' }))
  await userEvent.click(button('Clear the history'))
  await userEvent.click(button('Clear'))
  const { conversation } = DIRECT
  expect(asked.commands).toContainEqual({
    command: 'keep',
    conversation,
    state: { ...DIRECT.own, cleared_to: 7 },
  })
  await userEvent.click(button('Delete the conversation'))
  await userEvent.click(button('Delete'))
  expect(asked.commands).toContainEqual({
    command: 'keep',
    conversation,
    state: { ...DIRECT.own, cleared_to: 7, removed: true },
  })
  await expect.poll(() => location.pathname).toBe('/')
})

test('a group is deleted from the list once it was left', async () => {
  const asked = engine()
  await inApp(asked, '/')
  const row = (name: string) => page.getByRole('listitem').filter({ hasText: name })
  const entry = page.getByRole('menuitem', { name: 'Delete the conversation' })
  await userEvent.click(row('Neighbours'), { button: 'right' })
  await expect.element(page.getByRole('menuitem', { name: 'Archive' })).toBeVisible()
  expect(entry.query()).toBeNull()
  await userEvent.keyboard('{Escape}')
  await userEvent.click(row('Chess'), { button: 'right' })
  await userEvent.click(entry)
  await userEvent.click(button('Delete'))
  expect(asked.commands).toContainEqual({
    command: 'keep',
    conversation: LEFT.conversation,
    state: { ...LEFT.own, cleared_to: 3, removed: true },
  })
})

test('who asks to join a group is told in the list', async () => {
  const asked = engine()
  asked.views.conversations = () => [{ ...STAYING, asks: 2 }]
  await inApp(asked, '/')
  await expect.element(page.getByRole('listitem').filter({ hasText: '2 people ask to join' })).toBeVisible()
})
