// The list of conversations, and what is done with its rows.
import { beforeEach, describe, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import type { FakeEngine } from '@/engine/fake'
import type { ConversationView } from '@/engine/port'
import { conversation } from '@/engine/sample'
import { speak } from '@/i18n/index.svelte'
import { inApp } from './in-app'
import { BOB, MARIA, signedIn } from './sample'

beforeEach(() => speak('en'))

/** Somebody with these conversations; what is kept of them changes as with the engine. */
function having(rows: ConversationView[]): FakeEngine {
  const engine = signedIn()
  engine.views.conversations = () => rows
  engine.on('keep', ({ conversation: id, state }) => {
    rows = rows.map((one) => (one.conversation === id ? { ...one, own: state } : one))
    engine.tell({ notice: 'conversation', about: id })
    return { outcome: 'done' }
  })
  return engine
}

const button = (name: string) => page.getByRole('button', { name, exact: true })
const row = (name: string) => page.getByRole('listitem').filter({ hasText: name })

describe('who is there', () => {
  const watched = (engine: FakeEngine) =>
    engine.commands.flatMap((one) => (one.command === 'watch_presence' ? [one.accounts] : []))
  const direct = conversation('0199-direct', { title: 'Maria', peer: MARIA.account })

  test('is asked again once somebody has accepted', async () => {
    const engine = signedIn()
    engine.views.conversations = () => [{ ...direct, readiness: 'request_sent' }]
    await inApp(engine, '/')
    await expect.element(row('Maria')).toBeVisible()
    await expect.poll(() => watched(engine)).toEqual([[MARIA.account]])
    engine.views.conversations = () => [direct]
    engine.tell({ notice: 'conversation', about: direct.conversation })
    await expect.poll(() => watched(engine)).toEqual([[MARIA.account], [MARIA.account]])
  })

  test('is asked of somebody who is looked at together with the others', async () => {
    const engine = having([direct])
    await inApp(engine, `/u/${BOB.account}`)
    await expect.element(page.getByRole('heading', { name: 'Bob' })).toBeVisible()
    await expect.poll(() => watched(engine).at(-1)).toEqual([MARIA.account, BOB.account])
    await userEvent.click(button('Back'))
    await expect.poll(() => watched(engine).at(-1)).toEqual([MARIA.account])
  })
})
