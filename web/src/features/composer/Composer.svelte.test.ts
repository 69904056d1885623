import { expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-svelte'
import type { Command } from '@/engine/port'
import { conversation, message, person, world } from '@/engine/sample'
import { Drafts } from '@/state/drafts.svelte'
import { Engine } from '@/state/engine.svelte'
import Harness from './ComposerHarness.test.svelte'

function open(kept = '', previews = true) {
  const here = world([], [conversation('talk', { draft: kept })])
  const draft = new Drafts(new Engine(here.engine), window).of('talk', kept)
  let edits = 0
  const edited: string[] = []
  render(Harness, {
    draft,
    conversation: here.conversations[0] ?? conversation('talk'),
    members: [person(0), person(1), person(2)],
    previews,
    onsent: () => undefined,
    oneditlast: () => (edits += 1),
    onjump: () => undefined,
    onedit: ({ name }) => edited.push(name),
  })
  const commands = (kind: Command['command']) =>
    here.engine.commands.filter(({ command }) => command === kind)
  return { here, draft, commands, edited, edits: () => edits, box: page.getByRole('textbox') }
}

test('Enter sends, Shift and Enter begin a new line', async () => {
  const { box, commands } = open()
  await box.fill('one')
  await userEvent.keyboard('{Shift>}{Enter}{/Shift}two{Enter}')
  await expect.poll(() => commands('send')).toMatchObject([{ draft: { text: 'one\ntwo', reply_to: null } }])
  await expect.element(box).toHaveValue('')
})

test('what could not be accepted comes back', async () => {
  const { box, here } = open()
  here.engine.fail('send', { kind: 'store' })
  await box.fill('hello')
  await userEvent.keyboard('{Enter}')
  await expect.element(page.getByRole('alert')).toBeVisible()
  await expect.element(box).toHaveValue('hello')
  await userEvent.keyboard('!')
  await expect.element(page.getByRole('alert')).not.toBeInTheDocument()
})

test('what is too long is counted, and not sent', async () => {
  const { box, commands } = open()
  const send = page.getByRole('button', { name: 'Send', exact: true })
  await box.fill('👍'.repeat(16_380))
  await expect.element(page.getByText('4 characters left')).toBeVisible()
  await expect.element(send).toBeEnabled()
  await userEvent.keyboard('12345')
  await expect.element(send).toBeDisabled()
  await expect
    .element(send)
    .toHaveAccessibleDescription('1 character too many: a message has at most 16,384.')
  await userEvent.keyboard('{Enter}')
  expect(commands('send')).toEqual([])
  await userEvent.keyboard('{Backspace}')
  await expect.element(send).toBeEnabled()
})

test('an answer says what it answers, until it is given up', async () => {
  const { box, draft, commands } = open()
  draft.answer(message(7))
  await expect.element(page.getByText('Reply to Анна Петрова')).toBeVisible()
  await box.fill('yes')
  await userEvent.keyboard('{Enter}')
  await expect.poll(() => commands('send')).toMatchObject([{ draft: { reply_to: { m: 'm-7' } } }])
  draft.answer(message(8))
  await box.click()
  await userEvent.keyboard('{Escape}')
  await expect.element(page.getByText('Reply to Анна Петрова')).not.toBeInTheDocument()
})

test('an edit takes the old text, and gives back what was being typed', async () => {
  const { box, draft, commands } = open('half a thought')
  await draft.edit(message(7, { own: true }))
  await expect.element(box).toHaveValue('message 7')
  await box.fill('message seven')
  await userEvent.keyboard('{Enter}')
  await expect.poll(() => commands('edit')).toMatchObject([{ target: { m: 'm-7' }, text: 'message seven' }])
  await expect.element(box).toHaveValue('half a thought')
})

test('a mention is chosen with the keys', async () => {
  const { box } = open()
  await box.click()
  await userEvent.keyboard('hi @pers')
  await expect
    .element(page.getByRole('option', { name: /@person0/ }))
    .toHaveAttribute('aria-selected', 'true')
  await userEvent.keyboard('{ArrowDown}{Enter}')
  await expect.element(box).toHaveValue('hi @person1 ')
})

test('Ctrl and B make what is selected bold, and can be undone', async () => {
  const { box } = open()
  await box.fill('loud')
  await userEvent.keyboard('{Control>}ab{/Control}')
  await expect.element(box).toHaveValue('**loud**')
  await userEvent.keyboard('{Control>}z{/Control}')
  await expect.element(box).toHaveValue('loud')
})

test('the buttons for formatting come with a selection, or stay if that is wished', async () => {
  const { box } = open()
  const bar = page.getByRole('toolbar', { name: 'Formatting' })
  await box.fill('loud')
  await expect.element(bar).not.toBeInTheDocument()
  await userEvent.keyboard('{Control>}a{/Control}')
  await bar.getByRole('button', { name: 'Bold' }).click()
  await expect.element(box).toHaveValue('**loud**')
  await userEvent.keyboard('{End}')
  await expect.element(bar).not.toBeInTheDocument()

  await page.viewport(1000, 600)
  await page.getByRole('button', { name: 'Formatting' }).click()
  await expect.element(bar).toBeVisible()
  await userEvent.keyboard('!')
  await expect.element(bar).toBeVisible()
})

test('to put the caret into a kept draft is not to type', async () => {
  const { box, commands } = open('kept')
  await box.click()
  await userEvent.keyboard('{Home}')
  await expect.element(box).toHaveFocus()
  expect(commands('typing')).toEqual([])
})

test('the arrow up in an empty field edits the last message', async () => {
  const { box, edits } = open()
  await box.click()
  await userEvent.keyboard('{ArrowUp}')
  expect(edits()).toBe(1)
})

test('typing is told once, and its end when it is sent', async () => {
  const { box, commands } = open()
  await box.click()
  await userEvent.keyboard('abc')
  await expect.poll(() => commands('typing')).toMatchObject([{ typing: true }])
})

test('what was typed is kept when the conversation is left', async () => {
  const { box, draft, commands } = open()
  await box.fill('later')
  draft.close()
  await expect.poll(() => commands('save_draft')).toMatchObject([{ text: 'later' }])
})

async function photoOf(name: string): Promise<File> {
  const canvas = new OffscreenCanvas(40, 30)
  canvas.getContext('2d')?.fillRect(0, 0, 40, 30)
  return new File([await canvas.convertToBlob()], name, { type: 'image/png' })
}

test('a photo can be edited before it is sent, a file can’t', async () => {
  const { draft, edited } = open()
  const photo = await photoOf('sea.png')
  draft.attachments.add([photo, new File(['text'], 'notes.txt')], 'photo')
  const edit = page.getByRole('button', { name: 'Edit sea.png' })
  await edit.click()
  expect(edited).toEqual(['sea.png'])
  await expect.element(page.getByRole('button', { name: 'Remove notes.txt' })).toBeVisible()
  await expect.element(page.getByRole('button', { name: 'Edit notes.txt' })).not.toBeInTheDocument()
  edit.element().focus()
  await userEvent.keyboard('{Delete}')
  await expect.element(edit).not.toBeInTheDocument()
})

test('exactly one photo can be sent to be viewed once, and it is said what that can not prevent', async () => {
  const { draft, commands, here } = open()
  const photo = await photoOf('sea.png')
  const toggle = page.getByRole('button', { name: 'View once' })
  await expect.element(toggle).not.toBeInTheDocument()
  draft.attachments.add([photo], 'photo')
  await toggle.click()
  await expect.element(toggle).toHaveAccessibleDescription(/A screenshot or another camera/)
  // With something else beside it, it is not offered, and nothing is sent as something that stays.
  draft.attachments.add([new File(['text'], 'notes.txt')], 'file')
  await expect.element(toggle).not.toBeInTheDocument()
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await expect.element(page.getByRole('alert')).toHaveTextContent(/Exactly one photo/)
  expect(commands('send')).toEqual([])
  const [, notes] = draft.attachments.all
  if (notes) draft.attachments.remove(notes)
  await toggle.click()
  here.engine.fail('send', { kind: 'store' })
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await expect.element(page.getByRole('alert')).toBeVisible()
  // What could not be sent so is not sent otherwise.
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await expect
    .poll(() => commands('send').map((sent) => sent.command === 'send' && sent.draft.once))
    .toEqual([true, true])
})

const PAGE = { title: 'Bread', description: 'How it is baked', site: 'Example', picture: null }
const URL_OF_IT = 'https://example.org/bread'

test('the first link brings a question, and its answer is kept', async () => {
  const { box, here, commands } = open()
  here.engine.on('look_at_page', () => ({ outcome: 'page', page: PAGE }))
  await box.fill(`look: ${URL_OF_IT}`)
  await page
    .getByRole('group', { name: /Show previews of links/ })
    .getByRole('button', { name: 'Yes' })
    .click()
  const card = page.getByRole('group', { name: 'Preview of the link' })
  await expect.element(card).toHaveTextContent(/Bread.*How it is baked.*Example/)
  await expect.element(box).toHaveFocus()
  await userEvent.keyboard('{Enter}')
  await expect
    .poll(() => commands('send'))
    .toMatchObject([{ draft: { preview: { url: URL_OF_IT, title: 'Bread', site: 'Example', image: null } } }])
  await expect.element(card).not.toBeInTheDocument()
  await box.fill('https://example.org/butter')
  await expect.poll(() => commands('look_at_page').length).toBe(2)
})

test('no is an answer', async () => {
  const { box, commands } = open()
  await box.fill(URL_OF_IT)
  await page.getByRole('button', { name: 'No', exact: true }).click()
  await expect.element(page.getByText(/Show previews/)).not.toBeInTheDocument()
  await userEvent.keyboard('{Enter}')
  await expect.poll(() => commands('send').length).toBe(1)
  expect(commands('send')).not.toMatchObject([{ draft: { preview: PAGE } }])
  expect(commands('look_at_page')).toEqual([])
})

test('where the server looks at no pages nobody is asked', async () => {
  const { box, draft } = open('', false)
  await box.fill(URL_OF_IT)
  await expect.poll(() => draft.page.url).toBe(URL_OF_IT)
  await expect.element(page.getByText(/Show previews/)).not.toBeInTheDocument()
})

test('a card is left out, or goes with its link', async () => {
  const { box, here, draft, commands } = open()
  here.engine.on('look_at_page', () => ({ outcome: 'page', page: PAGE }))
  await box.fill(URL_OF_IT)
  await page.getByRole('button', { name: 'Yes' }).click()
  const card = page.getByRole('group', { name: 'Preview of the link' })
  await expect.element(card).toBeVisible()
  await box.fill('never mind')
  await expect.element(card).not.toBeInTheDocument()
  await box.fill(URL_OF_IT)
  await card.getByRole('button', { name: 'Leave the preview out' }).click()
  await expect.element(card).not.toBeInTheDocument()
  await userEvent.keyboard('{Enter}')
  await expect.poll(() => commands('send').length).toBe(1)
  expect(JSON.stringify(commands('send'))).not.toContain('Bread')
  expect(draft.page.card).toBeUndefined()
})

test('a photo that takes the place of another is viewed once, too, though it is not prepared yet', async () => {
  const { draft, commands } = open()
  draft.attachments.add([await photoOf('sea.png')], 'photo')
  await page.getByRole('button', { name: 'View once' }).click()
  const [sea] = draft.attachments.all
  if (sea) draft.attachments.remove(sea)
  draft.attachments.add([await photoOf('lake.png')], 'photo')
  expect(draft.attachments.isBusy).toBe(true)
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await expect
    .poll(() => commands('send'))
    .toMatchObject([{ draft: { once: true, attachments: [{ name: 'lake.png' }] } }])
})

test('what comes in while a photo to be viewed once is prepared makes nothing stay', async () => {
  const { draft, commands } = open()
  draft.attachments.add([await photoOf('sea.png')], 'photo')
  await page.getByRole('button', { name: 'View once' }).click()
  const sent = draft.send()
  draft.attachments.add([new File(['text'], 'notes.txt')], 'file')
  await expect(sent).rejects.toThrow()
  expect(commands('send')).toEqual([])
  // All of it is still there, and sealed.
  expect(draft.attachments.all.map(({ name, file }) => [name, file !== undefined])).toEqual([
    ['sea.png', true],
    ['notes.txt', true],
  ])
})

test('a recording that goes first leaves what waits to be viewed once', async () => {
  const { draft, commands } = open()
  const toggle = page.getByRole('button', { name: 'View once' })
  draft.attachments.add([await photoOf('sea.png')], 'photo')
  await toggle.click()
  const voice = new File(['voice'], '', { type: 'audio/webm' })
  const known = { media: { k: 'voice', d: 1_000, w: '' }, type: voice.type } as const
  await draft.sendRecorded(await draft.attachments.seal(voice, known))
  await expect.element(toggle).toHaveAttribute('aria-pressed', 'true')
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await expect
    .poll(() => commands('send').map((sent) => sent.command === 'send' && sent.draft.once))
    .toEqual([true, true])
})
