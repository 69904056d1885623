import { beforeEach, describe, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { conversation } from '@/engine/sample'
import { speak } from '@/i18n/index.svelte'
import { inApp } from './in-app'
import { problems } from './problems'
import { BOB, GROUP, MARIA, ME, nobody, PHRASE, signedIn } from './sample'

beforeEach(() => speak('en'))

const button = (name: string) => page.getByRole('button', { name, exact: true })

describe('first run', () => {
  test('where nobody has been before, nobody waits for the engine', async () => {
    const engine = nobody()
    engine.views.me = () => {
      throw new Error('it is still loading')
    }
    await inApp(engine, '/', {}, undefined, undefined, true)
    await expect.element(page.getByRole('link', { name: 'Create an account' })).toBeVisible()
    engine.views.me = () => ME
    engine.tell({ notice: 'me' })
    await expect.element(page.getByRole('link', { name: 'Create an account' })).not.toBeInTheDocument()
  })

  test('somebody signs up with a username, and is shown the words', async () => {
    const engine = nobody()
    engine.on('sign_up', () => {
      engine.views.me = () => ({ ...ME, profile: { ...ME.profile, name: '' } })
      engine.views.phrase = () => PHRASE
      engine.tell({ notice: 'me' })
      return { outcome: 'signed_up', account: ME.account, device: ME.device, phrase: PHRASE }
    })
    await inApp(engine, '/')
    await userEvent.click(page.getByRole('link', { name: 'Create an account' }))
    await userEvent.click(page.getByRole('link', { name: /By a username/ }))
    await expect.element(page.getByLabelText('Username')).toHaveFocus()
    await expect.element(page.getByText(/^3 to 32 characters/)).toBeVisible()
    await userEvent.fill(page.getByLabelText('Username'), 'ivan')
    await userEvent.fill(page.getByRole('textbox', { name: 'Password' }), 'correct horse')
    await userEvent.click(button('Create'))
    await expect.element(page.getByText('wordx')).toBeVisible()
    expect(engine.commands).toContainEqual(
      expect.objectContaining({
        command: 'sign_up',
        username: 'ivan',
        password: 'correct horse',
        invite: null,
        phone: false,
      }),
    )
    await userEvent.click(button('I have written them down'))
    await userEvent.fill(page.getByLabelText('Your name'), 'Ivan')
    await userEvent.click(button('Done'))
    await expect.poll(() => location.pathname).toBe('/')
    expect(engine.commands).toContainEqual({
      command: 'set_profile',
      profile: { name: 'Ivan', bio: '', status: '', status_until: null },
    })
  })

  test('a name that is taken is said to be', async () => {
    const engine = nobody()
    engine.fail('sign_up', { kind: 'refused', code: 'TAKEN', detail: '', retry_after_ms: null })
    await inApp(engine, '/join/username')
    await userEvent.fill(page.getByLabelText('Username'), 'ivan')
    await userEvent.fill(page.getByRole('textbox', { name: 'Password' }), 'correct horse')
    await userEvent.click(button('Create'))
    await expect.element(page.getByRole('alert')).toHaveTextContent('This name is taken. Choose another one.')
  })

  test('a server that asks for a password offers no way without', async () => {
    await inApp(nobody(), '/join/new', { password_required: true })
    await expect.element(page.getByRole('link', { name: /By a username/ })).toBeVisible()
    expect(page.getByRole('link', { name: /Only by my link/ }).query()).toBeNull()
  })

  test('a closed server only lets people back in', async () => {
    await inApp(nobody(), '/join', { registration: 'closed' })
    await expect.element(page.getByText(/takes no new people/)).toBeVisible()
    expect(page.getByRole('link', { name: 'Create an account' }).query()).toBeNull()
  })

  test('an invitation is asked for where the server asks for one', async () => {
    const engine = nobody()
    await inApp(engine, '/join/anonymous', { registration: 'invite' })
    await userEvent.fill(page.getByLabelText('Invitation'), ' abc ')
    await userEvent.click(button('Create'))
    await expect
      .poll(() => engine.commands)
      .toContainEqual(expect.objectContaining({ invite: 'abc', username: null }))
  })

  test('a new device shows a code, then the digits to compare', async () => {
    const engine = nobody()
    engine.on('start_link', () => new Promise(() => undefined))
    await inApp(engine, '/join/device')
    await expect.poll(() => engine.commands.length).toBe(1)
    engine.tell({ notice: 'link_progress', about: { link: 'K7QM-2XPA', comparison: null } })
    await expect.element(page.getByText('K7QM-2XPA')).toBeVisible()
    engine.tell({ notice: 'link_progress', about: { link: 'K7QM-2XPA', comparison: '482913' } })
    await expect.element(page.getByRole('img', { name: '4 8 2 9 1 3' })).toBeVisible()
  })
})

describe('recovery phrase', () => {
  test('a wrong word is told, the right ones confirm it', async () => {
    const engine = signedIn()
    engine.views.phrase = () => PHRASE
    engine.on('confirm_phrase', () => {
      engine.views.phrase = () => null
      engine.tell({ notice: 'me' })
      return { outcome: 'done' }
    })
    await inApp(engine, '/settings/phrase')
    await userEvent.click(button('I have written them down'))
    await userEvent.fill(page.getByLabelText('Word 3'), 'wordc')
    await userEvent.fill(page.getByLabelText('Word 17'), 'wordq')
    await userEvent.click(button('Check'))
    await expect.element(page.getByText(/no longer on this device/)).toBeVisible()
    expect(engine.commands).toContainEqual({
      command: 'confirm_phrase',
      words: [
        [3, 'wordc'],
        [17, 'wordq'],
      ],
    })
  })

  test('the reminder goes away for a day, and stays away on the page that it leads to', async () => {
    const engine = signedIn()
    engine.views.phrase = () => PHRASE
    await inApp(engine, '/settings')
    await expect.element(page.getByText(/Write down your 24 words/)).toBeVisible()
    await userEvent.click(button('Close'))
    await expect.element(page.getByText(/Write down your 24 words/)).not.toBeInTheDocument()
  })
})

describe('devices', () => {
  test('another device is approved after comparison', async () => {
    const engine = signedIn()
    await inApp(engine, '/l/K7QM-2XPA')
    await expect.poll(() => engine.commands).toContainEqual({ command: 'open_link', code: 'K7QM-2XPA' })
    await expect.element(button('Yes, let it in')).toBeDisabled()
    engine.tell({
      notice: 'link_code',
      about: { link: 'K7QM-2XPA', device: '0199-d3', comparison: '482913' },
    })
    await expect.element(page.getByRole('img', { name: '4 8 2 9 1 3' })).toBeVisible()
    await userEvent.click(button('Yes, let it in'))
    await expect.poll(() => engine.commands).toContainEqual({ command: 'approve_link', code: 'K7QM-2XPA' })
  })

  test('another device is signed out only after a yes', async () => {
    const engine = signedIn()
    await inApp(engine, '/settings/devices')
    await userEvent.click(page.getByRole('button', { name: 'Sign out Firefox, Android' }))
    expect(engine.commands).not.toContainEqual(expect.objectContaining({ command: 'remove_device' }))
    await userEvent.click(button('Sign out'))
    await expect.poll(() => engine.commands).toContainEqual({ command: 'remove_device', device: '0199-d2' })
  })
})

describe('people you know', () => {
  const known = page.getByRole('heading', { name: 'People you know' })

  test('are those with whom one talks or shares a group', async () => {
    const engine = signedIn()
    engine.views.conversations = () => [conversation('0199-direct', { peer: MARIA.account })]
    await inApp(engine, '/new')
    await expect.element(known).toBeVisible()
    await expect.element(page.getByRole('button', { name: /Maria/ })).toBeVisible()
    expect(page.getByRole('button', { name: /Bob/ }).query()).toBeNull()
  })

  test('are no strangers whom one looked for once', async () => {
    const engine = signedIn()
    engine.views.conversations = () => []
    engine.on('find_accounts', () => ({
      outcome: 'accounts',
      accounts: [{ account: MARIA.account, username: 'maria', root: 'bb', device_log_version: 1 }],
    }))
    await inApp(engine, '/new')
    await expect.element(page.getByText('You don’t know anybody here yet')).toBeVisible()
    await userEvent.fill(page.getByRole('searchbox'), 'maria')
    await expect.element(page.getByRole('heading', { name: 'On this server' })).toBeVisible()
    await expect.element(page.getByRole('button', { name: /Maria/ })).toBeVisible()
    expect(known.query()).toBeNull()
  })
})

describe('the page of a person', () => {
  test('has the mute and the timer of the conversation with them, if there is one', async () => {
    const engine = signedIn()
    const direct = conversation('0199-direct', { peer: MARIA.account })
    engine.views.conversations = () => [GROUP, direct]
    await inApp(engine, `/u/${MARIA.account}`)
    await userEvent.click(page.getByText('Mute', { exact: true }))
    await expect
      .poll(() => engine.commands)
      .toContainEqual(expect.objectContaining({ command: 'keep', conversation: direct.conversation }))
    await userEvent.selectOptions(page.getByLabelText('Disappearing messages'), '1 hour')
    await expect
      .poll(() => engine.commands)
      .toContainEqual(
        expect.objectContaining({ conversation: direct.conversation, timer: { s: 3600, f: 'sent' } }),
      )
  })

  test('of a stranger has neither', async () => {
    await inApp(signedIn(), `/u/${BOB.account}`)
    await expect.element(page.getByRole('heading', { name: 'Bob' })).toBeVisible()
    expect(page.getByText('Disappearing messages').query()).toBeNull()
  })
})

describe('groups', () => {
  test('only what the engine allows is offered', async () => {
    const engine = signedIn()
    await inApp(engine, `/c/${GROUP.conversation}/info`)
    await userEvent.click(page.getByRole('button', { name: 'What to do with Maria' }))
    await expect.element(page.getByRole('menuitem', { name: 'Make admin' })).toBeVisible()
    expect(page.getByRole('button', { name: 'What to do with Bob' }).query()).toBeNull()
    await userEvent.click(page.getByRole('menuitem', { name: 'Hand the group over' }))
    await userEvent.click(button('Hand the group over'))
    await expect
      .poll(() => engine.commands)
      .toContainEqual({
        command: 'transfer_ownership',
        conversation: GROUP.conversation,
        account: MARIA.account,
      })
  })

  test('one that was left shows what it was, and nothing that works no more', async () => {
    const engine = signedIn()
    engine.views.conversation = () => ({ ...GROUP, readiness: 'left' })
    await inApp(engine, `/c/${GROUP.conversation}/info`)
    await expect.element(page.getByText(/^You are not a member here any more/)).toBeVisible()
    for (const gone of [/member$/, 'Maria', 'Mute', 'Disappearing messages', 'Leave the group', 'Edit']) {
      expect(page.getByText(gone).query()).toBeNull()
    }
  })

  test('a new group is made of whom was chosen', async () => {
    const engine = signedIn()
    engine.on('create_group', () => ({ outcome: 'conversation', conversation: '0199-new' }))
    await inApp(engine, '/new/group')
    await userEvent.click(page.getByRole('button', { name: /Maria/ }))
    await userEvent.click(button('Next'))
    await userEvent.fill(page.getByLabelText('Name of the group'), 'Choir')
    await userEvent.click(button('Create the group'))
    await expect.poll(() => location.pathname).toBe('/c/0199-new')
    expect(engine.commands).toContainEqual({
      command: 'create_group',
      title: 'Choir',
      members: [MARIA.account],
    })
  })
})

describe('the state of the app', () => {
  test('a server that does not answer is told apart from no network', async () => {
    const engine = signedIn()
    engine.views.connection = () => 'offline'
    await inApp(engine, '/settings')
    await expect.element(page.getByText('The server does not answer.')).toBeVisible()
  })

  test('a change of a group that could not be made after all is told', async () => {
    const engine = signedIn()
    await inApp(engine, '/settings')
    await expect.element(page.getByRole('heading', { name: 'Settings' })).toBeVisible()
    const why = { kind: 'not_allowed', reason: { why: 'role', needed: 'admin' } } as const
    engine.tell({ notice: 'not_done', about: { conversation: GROUP.conversation, why } })
    await expect
      .element(page.getByText(`“${GROUP.title}” was not changed after all. That is not allowed`))
      .toBeVisible()
  })

  test('a full storage is told until there is room again', async () => {
    const engine = signedIn()
    engine.become({ state: 'ready', owner: true, persisted: true, full: true })
    await inApp(engine, '/settings')
    await expect.element(page.getByRole('alert')).toHaveTextContent('The storage is full.')
    expect(await problems()).toEqual([])
    engine.become({ state: 'ready', owner: true, persisted: true })
    await expect.element(page.getByRole('alert')).not.toBeInTheDocument()
  })

  test('a warning can be looked at and put aside', async () => {
    const engine = signedIn()
    engine.views.warnings = () => [
      { id: 7, at: 0, conversation: null, kind: { warning: 'own_device_added', device: '0199-d3' } },
    ]
    await inApp(engine, '/settings/warnings')
    await userEvent.click(button('Got it'))
    await expect.poll(() => engine.commands).toContainEqual({ command: 'acknowledge_warning', warning: 7 })
  })

  test.each(['insecure_origin', 'private_mode', 'quota', 'damaged', 'not_loaded'] as const)(
    '%s is explained with a way out',
    async (reason) => {
      const engine = signedIn()
      engine.become({ state: 'failed', reason, detail: 'x' })
      await inApp(engine, '/')
      await expect.element(page.getByRole('heading', { level: 1 })).toBeVisible()
      expect(await problems()).toEqual([])
    },
  )
})

describe('nothing stands in the way of anybody', () => {
  test.each([
    '/join',
    '/join/new',
    '/join/username',
    '/join/phone',
    '/join/back',
    '/join/recover',
    '/join/reset',
    '/join/reset-phone',
  ])('%s', async (address) => {
    await inApp(nobody(), address)
    await expect.element(page.getByRole('heading', { level: 1 })).toBeVisible()
    expect(await problems()).toEqual([])
  })

  test.each([
    '/settings/profile',
    '/settings/account',
    '/settings/phone',
    '/settings/privacy',
    '/settings/devices',
    '/settings/appearance',
    '/settings/writing',
    '/settings/storage',
    '/settings/about',
    '/settings/notifications',
    '/new',
    '/new/group',
    '/new/contact',
    `/u/${MARIA.account}`,
    `/c/${GROUP.conversation}/info`,
  ])('%s', async (address) => {
    await inApp(signedIn(), address)
    await expect.poll(() => document.querySelectorAll('h1').length).toBeGreaterThan(0)
    expect(await problems()).toEqual([])
  })
})
