import { beforeEach, expect, test } from 'vitest'
import { page } from 'vitest/browser'
import { conversation, message, page as pageOf } from '@/engine/sample'
import type { ConversationView, MessageView } from '@/engine/port'
import { speak } from '@/i18n/index.svelte'
import { inApp } from './in-app'
import { MARIA, signedIn } from './sample'

beforeEach(() => speak('en'))

test('a request holds one message, until it is accepted', async () => {
  const engine = signedIn()
  const rows: MessageView[] = []
  let view: ConversationView = conversation('talk', {
    title: 'Maria',
    peer: MARIA.account,
    readiness: 'request_sent',
  })
  engine.views.conversations = () => [view]
  engine.views.timeline = ({ anchor, limit }) => pageOf(rows, anchor, limit, 0)
  engine.views.pins = () => []
  engine.views.own_asks = () => []
  const changed = () => {
    engine.tell({ notice: 'timeline', about: 'talk' })
    engine.tell({ notice: 'conversation', about: 'talk' })
  }
  const composer = page.getByRole('textbox', { name: 'Message' })
  await inApp(engine, '/c/talk')
  await expect.element(page.getByText(/you can send one message/)).toBeVisible()
  await expect.element(composer).toBeVisible()

  rows.push(message(1, { own: true, delivery: { state: 'sent' } }))
  view = { ...view, last: rows[0] ?? null }
  changed()
  await expect.element(page.getByText(/has to accept first/)).toBeVisible()
  await expect.element(composer).not.toBeInTheDocument()

  view = { ...view, readiness: 'ready' }
  changed()
  await expect.element(composer).toBeVisible()
})
