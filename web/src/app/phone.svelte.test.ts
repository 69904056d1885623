import { beforeEach, describe, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import type { FakeEngine } from '@/engine/fake'
import type { NumberHolder, PhoneView } from '@/engine/port'
import { speak } from '@/i18n/index.svelte'
import { inApp } from './in-app'
import { ME, nobody, PHRASE, signedIn } from './sample'

beforeEach(() => speak('en'))

const button = (name: string) => page.getByRole('button', { name, exact: true })
const number = page.getByLabelText('Phone number')
const code = page.getByLabelText('Code from the message')
const OFFER = { phone: 'optional', phone_region: 'RU' }

/** A code that was sent just now. */
const sent = (more: Partial<PhoneView> = {}): PhoneView => ({
  server: 'https://talk.example',
  phone: '+79123456789',
  digits: 6,
  resend_at: Date.now() + 30_000,
  expires_at: Date.now() + 600_000,
  verified: false,
  holder: null,
  ...more,
})

/** An engine that sends a code, and takes 012345 for the right one. */
function verifying(engine: FakeEngine, holder: NumberHolder | null = null): FakeEngine {
  const become = (phone: PhoneView | null) => {
    engine.views.phone = () => phone
    engine.tell({ notice: 'me' })
  }
  engine.on('request_code', () => {
    become(sent())
    return {
      outcome: 'code_sent',
      phone: '+79123456789',
      digits: 6,
      resend_after_s: 30,
      expires_after_s: 600,
    }
  })
  engine.on('check_code', () => {
    become(sent({ verified: true, holder }))
    return { outcome: 'phone_verified', phone: '+79123456789', holder }
  })
  engine.on('sign_up', () => {
    engine.views.me = () => ({ ...ME, has_phone: true, phone: '+79123456789' })
    engine.views.phrase = () => PHRASE
    engine.tell({ notice: 'me' })
    return { outcome: 'signed_up', account: ME.account, device: ME.device, phrase: PHRASE }
  })
  return engine
}

async function prove(): Promise<void> {
  await userEvent.fill(number, '912 345-67-89')
  await userEvent.click(button('Send the code'))
  await userEvent.fill(code, '012345')
}

describe('sign-up', () => {
  test('by a number of the country that the server is for', async () => {
    const engine = verifying(nobody())
    await inApp(engine, '/join/new', OFFER)
    await userEvent.click(page.getByRole('link', { name: /By my phone number/ }))
    await expect.element(page.getByLabelText('Country')).toHaveValue('RU')
    await prove()
    await expect.element(page.getByRole('heading', { name: 'The number is yours' })).toBeVisible()
    await userEvent.click(button('Create'))
    await expect.element(page.getByText('wordx')).toBeVisible()
    expect(engine.commands).toContainEqual({
      command: 'request_code',
      server: location.origin,
      phone: '912 345-67-89',
      region: 'RU',
      language: 'en',
    })
    expect(engine.commands).toContainEqual(
      expect.objectContaining({ command: 'sign_up', phone: true, username: null, password: null }),
    )
  })

  test('the country follows a number with a plus', async () => {
    await inApp(verifying(nobody()), '/join/phone', OFFER)
    await expect.element(page.getByLabelText('Country')).toHaveValue('RU')
    await userEvent.type(number, '+4915123')
    await expect.element(page.getByLabelText('Country')).toHaveValue('DE')
    await expect.element(number).toHaveValue('+49 1512 3')
  })

  test('where a number is needed, nothing else is offered', async () => {
    await inApp(nobody(), '/join', { phone: 'required' })
    const begin = page.getByRole('link', { name: 'Create an account' })
    await expect.element(begin).toHaveAttribute('href', '/join/phone')
  })

  test('where numbers are not taken, none is offered', async () => {
    await inApp(nobody(), '/join/new')
    await expect.element(page.getByRole('link', { name: /By a username/ })).toBeVisible()
    expect(page.getByRole('link', { name: /By my phone number/ }).query()).toBeNull()
  })

  test('a wrong code is told, and the field is empty for the next', async () => {
    const engine = verifying(nobody())
    engine.fail('check_code', { kind: 'wrong_code', tries_left: 4 })
    await inApp(engine, '/join/phone', OFFER)
    await prove()
    await expect
      .element(page.getByRole('alert'))
      .toHaveTextContent('This is not the code that was sent. Try again: 4 tries are left.')
    await expect.element(code).toHaveValue('')
  })

  test('a code that is not valid any more leads back to the number', async () => {
    const engine = verifying(nobody())
    engine.fail('check_code', { kind: 'code_expired' })
    await inApp(engine, '/join/phone', OFFER)
    await prove()
    await expect.element(page.getByText('The code is not valid any more.')).toBeVisible()
    await expect.element(number).toHaveValue('912 345-67-89')
  })

  test('the next code can be asked for when the wait is over, and no earlier', async () => {
    const engine = verifying(nobody())
    engine.views.phone = () => sent({ resend_at: Date.now() - 1 })
    await inApp(engine, '/join/phone', OFFER)
    await userEvent.click(button('Send again'))
    await expect.element(page.getByText(/Send again in 0:\d\d/)).toBeVisible()
    expect(button('Send again').query()).toBeNull()
    expect(engine.commands).toContainEqual(
      expect.objectContaining({ command: 'request_code', phone: '+79123456789' }),
    )
  })

  test('a number that somebody has opens nothing by itself', async () => {
    const engine = verifying(nobody(), { can_reset: false })
    await inApp(engine, '/join/phone', OFFER)
    await prove()
    await expect.element(page.getByRole('link', { name: /My other device/ })).toBeVisible()
    await expect.element(page.getByRole('link', { name: /My 24 words/ })).toBeVisible()
    expect(page.getByRole('link', { name: /Neither of them/ }).query()).toBeNull()
    await userEvent.click(button('Make a new account'))
    await userEvent.click(button('Create'))
    await expect
      .poll(() => engine.commands)
      .toContainEqual(expect.objectContaining({ command: 'sign_up', phone: true }))
  })

  test('an account that nobody has used for long can be begun anew by its number', async () => {
    const engine = verifying(nobody(), { can_reset: true })
    await inApp(engine, '/join/phone', OFFER)
    await prove()
    await userEvent.click(page.getByRole('link', { name: /Neither of them/ }))
    await userEvent.click(page.getByRole('checkbox', { name: /can’t be undone/ }))
    await userEvent.click(button('Begin anew'))
    await expect
      .poll(() => engine.commands)
      .toContainEqual(expect.objectContaining({ command: 'reset_by_phone' }))
  })
})

describe('settings', () => {
  test('a number is added, and removed only after a yes', async () => {
    const engine = verifying(signedIn())
    engine.on('set_phone', () => {
      engine.views.me = () => ({ ...ME, has_phone: true, phone: '+79123456789' })
      engine.tell({ notice: 'me' })
      return { outcome: 'done' }
    })
    await inApp(engine, '/settings/account', OFFER)
    await userEvent.click(page.getByRole('link', { name: /Phone number/ }))
    await prove()
    await expect.element(page.getByText('The number is set')).toBeVisible()
    await userEvent.click(button('Remove the number'))
    expect(engine.commands).not.toContainEqual({ command: 'remove_phone' })
    await userEvent.click(page.getByRole('alertdialog').getByRole('button', { name: 'Remove the number' }))
    await expect.poll(() => engine.commands).toContainEqual({ command: 'remove_phone' })
  })

  test('a number that another account has is taken only after a word', async () => {
    const engine = verifying(signedIn(), { can_reset: false })
    await inApp(engine, '/settings/phone', OFFER)
    await prove()
    await expect.element(page.getByText('Another account has this number')).toBeVisible()
    expect(engine.commands).not.toContainEqual({ command: 'set_phone' })
    await userEvent.click(button('Take the number'))
    await expect.poll(() => engine.commands).toContainEqual({ command: 'set_phone' })
  })

  test('a number that is needed here can be changed, not removed', async () => {
    const engine = signedIn()
    engine.views.me = () => ({ ...ME, has_phone: true, phone: null })
    await inApp(engine, '/settings/phone', { phone: 'required' })
    await expect.element(page.getByText('Set on another of your devices')).toBeVisible()
    await expect.element(button('Change the number')).toBeVisible()
    expect(button('Remove the number').query()).toBeNull()
  })
})
