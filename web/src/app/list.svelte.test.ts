// The list of conversations, and what is done with its rows.
import { beforeEach, describe, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import type { FakeEngine } from '@/engine/fake'
import type { ConversationView } from '@/engine/port'
import { conversation, message } from '@/engine/sample'
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

const kept = (title: string, own: Partial<ConversationView['own']>, more: Partial<ConversationView> = {}) => {
  const made = conversation(`0199-${title.replace(' ', '-')}`, { title, kind: 'group', ...more })
  return { ...made, own: { ...made.own, ...own } }
}

describe('the archive', () => {
  const OLD = kept('Old school', { archived: true })
  const CHOIR = kept('Choir', {})

  test('has an address: the way back leads to the list', async () => {
    await inApp(having([OLD, CHOIR]), '/')
    await userEvent.click(page.getByRole('link', { name: 'Archive: 1 conversation' }))
    await expect.element(row('Old school')).toBeVisible()
    expect(location.pathname).toBe('/archive')
    expect(row('Choir').query()).toBeNull()
    history.back()
    await expect.element(row('Choir')).toBeVisible()
  })

  test('is undone at once, and what was pinned is so again', async () => {
    const engine = having([kept('Choir', { pinned: 3 })])
    await inApp(engine, '/')
    await userEvent.click(row('Choir'), { button: 'right' })
    await userEvent.click(page.getByRole('menuitem', { name: 'Archive', exact: true }))
    await expect.element(page.getByRole('link', { name: 'Archive: 1 conversation' })).toBeVisible()
    await userEvent.click(button('Undo'))
    await expect.element(row('Choir')).toBeVisible()
    expect(engine.commands.findLast((one) => one.command === 'keep')).toMatchObject({
      state: { archived: false, pinned: 3 },
    })
  })

  test('tells how much in it is unread, without what is muted', async () => {
    const muted = kept('Market', { archived: true, muted_until: Date.now() + 3_600_000 }, { unread: 2 })
    await inApp(having([kept('Old school', { archived: true }, { unread: 5 }), muted]), '/')
    await expect
      .element(page.getByRole('link', { name: 'Archive: 2 conversations 1 unread conversation' }))
      .toBeVisible()
  })

  test('is where a swipe leads, and says so on the way', async () => {
    const engine = having([CHOIR])
    await inApp(engine, '/')
    await expect.element(row('Choir')).toBeVisible()
    const link = row('Choir').getByRole('link').element()
    const { x, y } = link.getBoundingClientRect()
    const finger = (type: string, moved: number) =>
      link.dispatchEvent(
        new PointerEvent(type, {
          bubbles: true,
          pointerType: 'touch',
          isPrimary: true,
          pointerId: 1,
          clientX: x + 200 + moved,
          clientY: y + 20,
        }),
      )
    // Only a real finger can be captured.
    Element.prototype.setPointerCapture = () => undefined
    finger('pointerdown', 0)
    finger('pointermove', 80)
    await expect.element(page.getByText('Unread', { exact: true })).toBeInTheDocument()
    finger('pointermove', -80)
    await expect.element(page.getByText('Archive', { exact: true })).toBeInTheDocument()
    finger('pointerup', -80)
    await expect.element(page.getByText('Conversation archived')).toBeVisible()
  })

  test('is left with its last conversation', async () => {
    const engine = having([OLD, CHOIR])
    await inApp(engine, '/archive')
    await userEvent.click(row('Old school'), { button: 'right' })
    await userEvent.click(page.getByRole('menuitem', { name: 'Take out of the archive' }))
    await expect.element(row('Choir')).toBeVisible()
    expect(location.pathname).toBe('/')
  })

  test('stays beside what is opened from it, and no longer', async () => {
    const engine = having([OLD, CHOIR])
    await inApp(engine, '/archive')
    await expect.element(row('Old school')).toBeVisible()
    history.pushState(null, '', `/c/${OLD.conversation}/info`)
    window.dispatchEvent(new PopStateEvent('popstate'))
    await expect.element(page.getByRole('heading', { name: 'Neighbours' })).toBeVisible()
    await expect.element(page.getByText('Back to all conversations')).toBeInTheDocument()
    await engine.command({ command: 'keep', conversation: OLD.conversation, state: CHOIR.own })
    await expect.element(page.getByText('Back to all conversations')).not.toBeInTheDocument()
  })
})

describe('a newcomer', () => {
  test('is shown how to find people, until there is somebody', async () => {
    const notes = kept('Notes', {}, { kind: 'notes' })
    const engine = having([notes])
    await inApp(engine, '/')
    await expect
      .element(page.getByRole('link', { name: 'Your link' }))
      .toHaveAttribute('href', '/new/contact')
    await expect.element(page.getByRole('link', { name: 'Find people' })).toHaveAttribute('href', '/new')
    engine.views.conversations = () => [notes, kept('Choir', {})]
    engine.tell({ notice: 'conversation', about: '0199-Choir' })
    await expect.element(row('Choir')).toBeVisible()
    expect(page.getByRole('link', { name: 'Your link' }).query()).toBeNull()
  })
})

describe('a row', () => {
  const GROUP = kept('Choir', {})
  const said = message(1, {
    author_name: 'Bartholomew '.repeat(12),
    body: { body: 'text', text: 'Hi', entities: [], attachments: [] },
  })
  const within = (name: string, selector: string) => {
    const found = row(name).element().querySelector(selector)
    if (!found) throw new Error(`no ${selector}`)
    return found
  }

  test('leaves room for what was said, however long its author’s name', async () => {
    await inApp(having([{ ...GROUP, last: said }]), '/')
    await expect.element(row('Choir')).toBeVisible()
    const line = within('Choir', '.line')
    expect(within('Choir', '.label').clientWidth).toBeLessThan(line.clientWidth / 2)
    expect(line.scrollWidth).toBe(line.clientWidth)
  })

  test('is red where something could not be sent', async () => {
    await inApp(having([{ ...GROUP, failed: 1 }]), '/')
    await expect.element(row('Choir')).toBeVisible()
    const line = within('Choir', '.line')
    const { color } = getComputedStyle(line)
    expect(color).not.toBe(getComputedStyle(within('Choir', '.foot')).color)
  })
})

describe('selecting', () => {
  test('what is open does not look chosen', async () => {
    await inApp(having([kept('Choir', {}), kept('Market', {})]), '/')
    const look = (name: string) => {
      const link = document.querySelector(`[data-conversation="0199-${name}"] a`)
      return link && getComputedStyle(link).backgroundColor
    }
    await userEvent.click(row('Market'), { button: 'right' })
    await userEvent.click(page.getByRole('menuitem', { name: 'Select' }))
    history.pushState(null, '', '/c/0199-Choir/info')
    window.dispatchEvent(new PopStateEvent('popstate'))
    await expect.poll(() => document.querySelectorAll('[aria-current=page]').length).toBe(1)
    expect(look('Choir')).not.toBe(look('Market'))
  })

  test('is left by one Escape', async () => {
    await inApp(having([kept('Choir', {}), kept('Market', {})]), '/')
    await userEvent.click(row('Choir'), { button: 'right' })
    await userEvent.click(page.getByRole('menuitem', { name: 'Select' }))
    await userEvent.click(row('Market'))
    await expect.element(page.getByRole('toolbar', { name: '2 selected' })).toBeVisible()
    await userEvent.keyboard('{Escape}')
    await expect.element(page.getByRole('toolbar', { name: '2 selected' })).not.toBeInTheDocument()
  })

  test('is left by one Escape from its bar, too', async () => {
    await inApp(having([kept('Choir', {})]), '/')
    await userEvent.click(row('Choir'), { button: 'right' })
    await userEvent.click(page.getByRole('menuitem', { name: 'Select' }))
    await userEvent.hover(button('Pin to the top'))
    await expect.element(page.getByText('Pin to the top', { exact: true })).toBeVisible()
    await userEvent.keyboard('{Escape}')
    await expect.element(page.getByRole('toolbar', { name: '1 selected' })).not.toBeInTheDocument()
  })
})

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
    await expect.poll(() => watched(engine).at(-1)).toEqual([BOB.account, MARIA.account])
    await userEvent.click(button('Back'))
    await expect.poll(() => watched(engine).at(-1)).toEqual([MARIA.account])
  })

  test('is asked of as many as the server allows, the latest first', async () => {
    const rows = Array.from({ length: 250 }, (_, at) => ({
      ...conversation(`0199-${at}`, { title: `Person ${at}` }),
      peer: `0199-p${at}`,
    }))
    const engine = having(rows)
    await inApp(engine, '/')
    await expect.poll(() => watched(engine).at(-1)).toEqual(rows.slice(0, 200).map(({ peer }) => peer))
  })
})
