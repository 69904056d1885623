import { beforeEach, describe, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import type { AskOutcome, GroupLinkView, LinkView } from '@/engine/port'
import type { FakeEngine } from '@/engine/fake'
import { speak } from '@/i18n/index.svelte'
import { inApp } from './in-app'
import { problems } from './problems'
import { BOB, GROUP, MARIA, ME, MEMBERS, nobody, PHRASE, signedIn } from './sample'

beforeEach(async () => {
  await speak('en')
  sessionStorage.clear()
})

const button = (name: string) => page.getByRole('button', { name, exact: true })

const CHOIR: LinkView = {
  to: 'group',
  conversation: '0199-choir',
  title: 'Choir',
  description: 'Thursdays',
  members: 12,
  automatic: false,
  standing: { standing: 'new' },
}
const LINK: GroupLinkView = {
  link: '0199-link',
  by: ME.account,
  made_at: 0,
  expires_at: null,
  left: 5,
  automatic: false,
  url: 'https://talk.example/i/token#key',
}

/** Somebody who belongs to no group yet and looks where links lead. */
function guest(leadsTo: LinkView): FakeEngine {
  const engine = signedIn()
  engine.views.conversations = () => []
  engine.views.conversation = () => null
  engine.on('follow_link', () => ({ outcome: 'link', leads_to: leadsTo }))
  return engine
}

function asked(engine: FakeEngine, outcome: AskOutcome) {
  engine.views.own_asks = () => [
    { conversation: '0199-choir', title: 'Choir', description: '', members: 12, at: 0, outcome },
  ]
  engine.tell({ notice: 'asks' })
}

describe('a link to a group', () => {
  test('is kept through joining the server, shows the group, and asks to join it', async () => {
    const engine = nobody()
    engine.views.own_asks = () => []
    engine.views.asks = () => []
    engine.views.conversations = () => []
    engine.views.conversation = () => null
    engine.on('follow_link', () => ({ outcome: 'link', leads_to: CHOIR }))
    engine.on('sign_up', () => {
      engine.views.me = () => ME
      engine.views.connection = () => 'online'
      engine.views.phrase = () => PHRASE
      engine.tell({ notice: 'me' })
      engine.tell({ notice: 'connection', about: 'online' })
      return { outcome: 'signed_up', account: ME.account, device: ME.device, phrase: PHRASE }
    })
    await inApp(engine, '/i/token#key')
    await expect
      .element(page.getByText('You were sent a link. Once you have an account, it opens.'))
      .toBeVisible()
    await userEvent.click(page.getByRole('link', { name: 'Create an account' }))
    await userEvent.click(page.getByRole('link', { name: /Only by my link/ }))
    await userEvent.click(button('Create'))
    await expect.poll(() => location.pathname).toBe('/join/phrase')
    await userEvent.click(button('I’ll do it later'))
    await userEvent.click(button('Later'))
    await expect.poll(() => location.pathname + location.hash).toBe('/i/token#key')
    const link = `${location.origin}/i/token#key`
    await expect
      .poll(() => engine.commands)
      .toContainEqual({ command: 'follow_link', link, in_person: false })
    await expect.element(page.getByRole('heading', { name: 'Choir' })).toBeVisible()
    expect(await problems()).toEqual([])
    await userEvent.click(button('Ask to join'))
    await expect.poll(() => engine.commands).toContainEqual({ command: 'ask_to_join', link })
  })

  test('tells what has become of the request, and lets it be taken back', async () => {
    const engine = guest(CHOIR)
    await inApp(engine, '/i/token#key')
    await expect.element(button('Ask to join')).toBeVisible()
    asked(engine, 'waiting')
    await expect.element(page.getByRole('status').filter({ hasText: /You have asked to join/ })).toBeVisible()
    await userEvent.click(button('Take the request back'))
    await expect
      .poll(() => engine.commands)
      .toContainEqual({ command: 'withdraw_ask', conversation: '0199-choir' })
    asked(engine, 'declined')
    await expect.element(page.getByRole('status').filter({ hasText: 'You were not let in.' })).toBeVisible()
    expect(button('Ask to join').query()).toBeNull()
  })

  test('leads into the group whoever waited there to be let in', async () => {
    const engine = guest(CHOIR)
    await inApp(engine, '/i/token#key')
    await userEvent.click(button('Ask to join'))
    engine.views.conversation = () => ({ ...GROUP, conversation: '0199-choir', title: 'Choir' })
    engine.tell({ notice: 'conversation', about: '0199-choir' })
    await expect.poll(() => location.pathname).toBe('/c/0199-choir')
  })

  test('that has ended says so', async () => {
    const engine = guest(CHOIR)
    engine.fail('follow_link', { kind: 'link_ended' })
    await inApp(engine, '/i/token#key')
    await expect.element(page.getByText(/does not work any more/)).toBeVisible()
    expect(await problems()).toEqual([])
  })
})

describe('a link to a person', () => {
  test('says whether the key is theirs', async () => {
    const engine = guest({ to: 'person', who: MARIA, key: 'same' })
    await inApp(engine, '/u/maria#key')
    await expect.element(page.getByText(/The key is the one in the link/)).toBeVisible()
    await expect.element(button('Write')).toBeVisible()
    expect(button('Yes, on their screen').query(), 'nobody has scanned it').toBeNull()
    expect(await problems()).toEqual([])
  })

  test('warns where the key is another one', async () => {
    await inApp(guest({ to: 'person', who: MARIA, key: 'other' }), '/u/maria#key')
    await expect.element(page.getByRole('alert')).toHaveTextContent('Their key is not the one in the link.')
  })
})

describe('the links of a group', () => {
  test('are made as it was chosen, and shown', async () => {
    const engine = signedIn()
    engine.on('list_group_links', () => ({ outcome: 'group_links', links: [] }))
    engine.on('make_group_link', () => ({ outcome: 'group_link', link: LINK }))
    await inApp(engine, `/c/${GROUP.conversation}/info`)
    await userEvent.click(page.getByRole('button', { name: /Links to the group/ }))
    await userEvent.click(button('New link'))
    await userEvent.click(page.getByRole('radio', { name: /Nobody is asked/ }))
    await userEvent.selectOptions(page.getByLabelText('For how many'), '5 people')
    expect(await problems()).toEqual([])
    await userEvent.click(button('New link'))
    await expect
      .poll(() => engine.commands)
      .toContainEqual({
        command: 'make_group_link',
        conversation: GROUP.conversation,
        automatic: true,
        expires_at: null,
        uses: 5,
      })
    await expect.element(page.getByRole('img', { name: 'QR code with a link to “Neighbours”' })).toBeVisible()
    await expect.element(page.getByText(LINK.url ?? '')).toBeVisible()
    expect(await problems()).toEqual([])
  })

  test('are taken back after a yes', async () => {
    const engine = signedIn()
    engine.on('list_group_links', () => ({ outcome: 'group_links', links: [LINK] }))
    await inApp(engine, `/c/${GROUP.conversation}/info`)
    await userEvent.click(page.getByRole('button', { name: /Links to the group/ }))
    await userEvent.click(button('Take the link back: Members let people in'))
    expect(engine.commands).not.toContainEqual(expect.objectContaining({ command: 'revoke_group_link' }))
    await userEvent.click(button('Take back'))
    await expect
      .poll(() => engine.commands)
      .toContainEqual({ command: 'revoke_group_link', conversation: GROUP.conversation, link: LINK.link })
    await expect.element(page.getByText('There are none yet.')).toBeVisible()
  })

  test('are not offered to whoever may not add people', async () => {
    const engine = signedIn()
    engine.views.members = () => ({ ...MEMBERS, may: { ...MEMBERS.may, add: false } })
    await inApp(engine, `/c/${GROUP.conversation}/info`)
    await expect.element(page.getByRole('button', { name: /Who may do what/ })).toBeVisible()
    expect(page.getByRole('button', { name: /Links to the group/ }).query()).toBeNull()
  })

  test('bring people who are let in or turned down', async () => {
    const engine = signedIn()
    const ask = { conversation: GROUP.conversation, at: 0, link: LINK.link, doubt: null, being_added: false }
    engine.views.asks = () => [
      { ...ask, who: MARIA },
      { ...ask, who: BOB, doubt: 'expired' },
    ]
    await inApp(engine, `/c/${GROUP.conversation}/info`)
    await expect.element(page.getByRole('heading', { name: '2 people ask to join' })).toBeVisible()
    expect(button('Let in: Bob').query(), 'his request does not hold').toBeNull()
    expect(await problems()).toEqual([])
    await userEvent.click(button('Let in: Maria'))
    await userEvent.click(button('Turn down: Bob'))
    const about = { command: 'answer_ask', conversation: GROUP.conversation }
    await expect
      .poll(() => engine.commands)
      .toContainEqual({ ...about, account: MARIA.account, accept: true })
    await expect.poll(() => engine.commands).toContainEqual({ ...about, account: BOB.account, accept: false })
  })
})

test('one’s own link is the engine’s, and can be changed where it has no name in it', async () => {
  const engine = signedIn()
  engine.views.me = () => ({ ...ME, username: null })
  let made = 0
  engine.on('make_person_link', () => {
    made += 1
    return { outcome: 'person_link', url: `https://talk.example/p/token${made}#key` }
  })
  await inApp(engine, '/new/contact')
  await expect.element(page.getByText('https://talk.example/p/token1#key')).toBeVisible()
  await userEvent.click(page.getByRole('button', { name: /Make another link/ }))
  await userEvent.click(button('Make another link'))
  await expect.element(page.getByText('https://talk.example/p/token2#key')).toBeVisible()
  expect(engine.commands).toContainEqual({ command: 'revoke_person_link' })
})

describe('the account', () => {
  test('is deleted once the engine takes what was typed', async () => {
    const engine = signedIn()
    engine.fail('delete_account', {
      kind: 'invalid',
      what: 'confirm',
      reason: { why: 'confirm' },
    })
    await inApp(engine, '/settings/account')
    await userEvent.click(page.getByRole('button', { name: /Delete the account/ }))
    await expect.element(page.getByText('Your username is @ivan')).toBeVisible()
    expect(await problems()).toEqual([])
    await userEvent.fill(page.getByLabelText('Type your username to confirm'), 'maria')
    await userEvent.click(button('Delete for good'))
    await expect.element(page.getByText(/type your username, or/)).toBeVisible()
    engine.on('delete_account', () => {
      engine.views.me = () => null
      engine.tell({ notice: 'me' })
      return { outcome: 'done' }
    })
    await userEvent.fill(page.getByLabelText('Type your username to confirm'), 'ivan')
    await userEvent.click(button('Delete for good'))
    expect(engine.commands).toContainEqual({ command: 'delete_account', confirm: 'ivan' })
    await expect.element(page.getByRole('link', { name: 'Create an account' })).toBeVisible()
    expect(page.getByRole('alertdialog').query(), 'nothing is left open').toBeNull()
  })
})

describe('a forgotten password', () => {
  test('is replaced by who has the words, and what is wrong is said where it stands', async () => {
    const engine = signedIn()
    engine.fail('set_password', {
      kind: 'invalid',
      what: 'phrase',
      reason: { why: 'other_phrase' },
    })
    await inApp(engine, '/settings/account')
    await userEvent.click(page.getByRole('button', { name: /^Password/ }))
    await userEvent.click(button('I have forgotten it'))
    const words = page.getByLabelText('The 24 words')
    await userEvent.fill(words, 'zoo zoo')
    await userEvent.fill(page.getByLabelText('New password'), 'battery staple')
    expect(await problems()).toEqual([])
    await userEvent.click(button('Set the password'))
    await expect.element(words).toHaveAccessibleDescription(/not the present/)
    expect(engine.commands).toContainEqual({
      command: 'set_password',
      current: null,
      phrase: 'zoo zoo',
      new: 'battery staple',
    })
    engine.on('set_password', () => ({ outcome: 'done' }))
    await userEvent.click(button('Set the password'))
    await expect.element(page.getByText('The password is changed')).toBeVisible()
  })
})

describe('a report', () => {
  test('of a person shows what is sent before it goes', async () => {
    const engine = signedIn()
    await inApp(engine, `/u/${MARIA.account}`)
    await userEvent.click(page.getByRole('button', { name: /Report/ }))
    await expect.element(page.getByText('Whose account it is: Maria (@maria)')).toBeVisible()
    await expect.element(page.getByText(/No messages are shown/)).toBeVisible()
    expect(await problems()).toEqual([])
    await userEvent.click(page.getByRole('radio', { name: /Insults/ }))
    await userEvent.fill(page.getByLabelText('In your words'), 'again and again')
    await userEvent.click(button('Send the report'))
    await expect
      .poll(() => engine.commands)
      .toContainEqual({
        command: 'report',
        about: MARIA.account,
        conversation: null,
        messages: [],
        reason: 'abuse',
        note: 'again and again',
      })
  })
})
