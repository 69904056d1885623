import { beforeEach, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import type { AttachmentView, SharedView } from '@/engine/port'
import { message, page as pageOf } from '@/engine/sample'
import { speak } from '@/i18n/index.svelte'
import { inApp } from './in-app'
import { GROUP, signedIn } from './sample'

beforeEach(() => speak('en'))

const file = (number: number, name: string): AttachmentView => ({
  file: number,
  name,
  media_type: '',
  media: { k: 'file' },
  preview: null,
  cover: null,
  size: 1_000,
  automatic: false,
})

const said = (text: string, ...attachments: AttachmentView[]) =>
  message(1, { body: { body: 'text', text, entities: [], attachments } })

test('what was found by the name of a file shows the file', async () => {
  const engine = signedIn()
  engine.views.search = ({ search }) => [
    {
      conversation: GROUP.conversation,
      message: { ...said('for you', file(1, 'photo.png'), file(2, `${search.text}.pdf`)), row: 2 },
      matches: [],
      files: [1],
    },
    { conversation: GROUP.conversation, message: said('', file(3, 'other.txt')), matches: [], files: [] },
  ]
  await inApp(engine, '/')
  await userEvent.fill(page.getByRole('searchbox'), 'report')
  const found = page.getByRole('link', { name: /report\.pdf/ })
  await expect.element(found).toHaveTextContent(/report\.pdf\s*for you/)
  await expect.element(found).not.toHaveTextContent(/photo/)
  await expect.element(page.getByRole('link', { name: /other\.txt/ })).toBeVisible()
})

test('files of a conversation are found by their names', async () => {
  const engine = signedIn()
  const all = [file(1, 'report.pdf'), file(2, 'recipe.txt')]
  engine.views.timeline = ({ anchor, limit }) => pageOf([], anchor, limit, 0)
  engine.views.pins = () => []
  engine.views.asks = () => []
  engine.views.file = (query) => ({ file: query.file, size: 1_000, at: { state: 'elsewhere' } })
  engine.views.shared = ({ kind, name }) =>
    all
      .filter((one) => kind === 'file' && one.name.startsWith(name))
      .map((attachment, at): SharedView => {
        const { message: ref } = message(1)
        return {
          row: at,
          place: 0,
          conversation: GROUP.conversation,
          message: ref,
          author_name: 'Bob',
          at: 0,
          attachment,
        }
      })
  await inApp(engine, `/c/${GROUP.conversation}/info`)
  await userEvent.click(page.getByRole('button', { name: 'Photos and files' }))
  const field = page.getByRole('searchbox', { name: 'Search by name' })
  await expect.element(page.getByText('No photos or videos yet')).toBeVisible()
  expect(field.query()).toBeNull()
  await userEvent.click(page.getByText('Files', { exact: true }))
  await expect.element(page.getByText('recipe.txt')).toBeVisible()
  await userEvent.fill(field, 'rep')
  await expect.poll(() => page.getByText('recipe.txt').query()).toBeNull()
  await expect.element(page.getByText('report.pdf')).toBeVisible()
  await userEvent.fill(field, 'nothing')
  await expect.element(page.getByText('Nothing found')).toBeVisible()
  await userEvent.click(page.getByText('Voice', { exact: true }))
  await expect.element(page.getByText('No voice messages yet')).toBeVisible()
})

test('links of a conversation are listed by what their pages are called, and found by words', async () => {
  const engine = signedIn()
  const preview = { url: 'https://a.example/bread', title: 'Bread', description: '', site: '', image: null }
  const two = said('look: https://a.example/bread and https://b.example/')
  const all = [
    { ...two, row: 7, author_name: 'Bob', body: { ...two.body, preview } },
    { ...said('https://c.example/'), row: 5 },
  ]
  engine.views.timeline = ({ anchor, limit }) => pageOf([], anchor, limit, 0)
  engine.views.pins = () => []
  engine.views.asks = () => []
  engine.views.shared = () => []
  engine.views.linked = ({ words }) => (words === '' ? all : words === 'c' ? all.slice(1) : [])
  await inApp(engine, `/c/${GROUP.conversation}/info`)
  await userEvent.click(page.getByRole('button', { name: 'Photos and files' }))
  await userEvent.click(page.getByText('Links', { exact: true }))
  const bread = page.getByRole('link', { name: /Bread/ })
  await expect.element(bread).toHaveAttribute('href', 'https://a.example/bread')
  await expect.element(bread).toHaveAttribute('rel', 'noopener noreferrer nofollow')
  await expect.element(page.getByRole('link', { name: 'https://b.example/' })).toBeVisible()
  const field = page.getByRole('searchbox', { name: 'Search by words' })
  await userEvent.fill(field, 'c')
  await expect.poll(() => bread.query()).toBeNull()
  await expect.element(page.getByRole('link', { name: 'https://c.example/' })).toBeVisible()
  await userEvent.fill(field, 'nothing')
  await expect.element(page.getByText('Nothing found')).toBeVisible()
  await userEvent.fill(field, '')
  await userEvent.click(page.getByRole('button', { name: /^Bob/ }).first())
  await expect.poll(() => location.pathname).toBe(`/c/${GROUP.conversation}/m/7`)
})
