import { expect, type Page } from '@playwright/test'
import { administer } from '../server'
import type { Person } from './person'
import { test } from './stage'

test.use({ args: ['--phone', 'optional', '--sms', 'outbox'] })

const WORDS = {
  en: {
    begin: 'Create an account',
    byPhone: 'By my phone number',
    country: 'Country',
    number: 'Phone number',
    send: 'Send the code',
    sentTo: 'We sent a text message to',
    code: 'Code from the message',
    againIn: /^Send again in 0:[0-3]\d$/,
    again: 'Send again',
    wrong: 'This is not the code that was sent. Try again: 4 tries are left.',
    mine: 'The number is yours',
    create: 'Create',
    later: 'I’ll do it later',
    name: 'Your name',
    done: 'Done',
    notes: 'Notes to self',
  },
  ru: {
    begin: 'Создать учётную запись',
    byPhone: 'По номеру телефона',
    country: 'Страна',
    number: 'Номер телефона',
    send: 'Отправить код',
    sentTo: 'Мы отправили СМС на номер',
    code: 'Код из СМС',
    againIn: /^Отправить ещё раз через 0:[0-3]\d$/,
    again: 'Отправить ещё раз',
    wrong: 'Это не тот код, что был отправлен. Попробуйте ещё раз: остались 4 попытки.',
    mine: 'Номер подтверждён',
    create: 'Создать',
    later: 'Позже',
    name: 'Ваше имя',
    done: 'Готово',
    notes: 'Заметки',
  },
} as const

type Words = (typeof WORDS)['en' | 'ru']

/** A number as its owner would dial it, and as everybody else would. */
interface PhoneNumber {
  readonly country: string
  readonly dialled: string
  readonly whole: string
}

/** The text message that came last. */
async function message(data: string): Promise<string> {
  const [to = '', text = ''] = (await administer(data, 'sms')).split('\n')
  expect(to).toMatch(/^\+\d+$/)
  return text
}

/** Goes from the first page to the number, and asks for a code. */
async function asks({ page }: Person, words: Words, { country, dialled }: PhoneNumber): Promise<void> {
  await page.getByRole('link', { name: words.begin }).click()
  await page.getByRole('link', { name: words.byPhone }).click()
  await page.getByLabel(words.country).selectOption(country)
  await page.getByLabel(words.number).pressSequentially(dialled)
  await page.getByRole('button', { name: words.send }).click()
}

/** Copies the whole message, as one does, and pastes it where the code belongs. */
async function pastes(page: Page, words: Words, text: string): Promise<void> {
  await page.evaluate((text) => navigator.clipboard.writeText(text), text)
  await page.getByLabel(words.code).press('ControlOrMeta+V')
}

/** From the number that was shown to be one's own to the conversations. */
async function settlesIn({ page }: Person, words: Words, name: string): Promise<void> {
  await expect(page.getByRole('heading', { name: words.mine })).toBeVisible()
  await page.getByRole('button', { name: words.create }).click()
  await page.getByRole('button', { name: words.later }).click()
  await page.getByLabel(words.name).fill(name)
  await page.getByRole('button', { name: words.done }).click()
}

for (const { looks, number } of [
  {
    looks: { locale: 'en', width: 1280, height: 800 },
    number: { country: 'United Kingdom (+44)', dialled: '07911 123456', whole: '+447911123456' },
  },
  {
    looks: { locale: 'ru', width: 360, height: 780 },
    number: { country: 'Россия (+7)', dialled: '9123456789', whole: '+79123456789' },
  },
] as const)
  test(`who has a phone joins by its number: ${looks.locale}, ${looks.width} px`, async ({
    data,
    somebody,
  }) => {
    const words = WORDS[looks.locale]
    const alice = await somebody(looks)
    const { page } = alice
    await alice.opens()
    await asks(alice, words, number)
    await expect(page.getByText(`${words.sentTo} ${number.whole}`)).toBeVisible()
    await expect(page.getByText(words.againIn)).toBeVisible()
    await expect(page.getByRole('button', { name: words.again })).toBeHidden()

    const text = await message(data)
    const first = /\d/.exec(text)?.[0]
    await page.getByLabel(words.code).pressSequentially(first === '1' ? '222222' : '111111')
    await expect(page.getByRole('main')).toContainText(words.wrong)
    await expect(page.getByLabel(words.code)).toHaveValue('')
    await pastes(page, words, text)
    await settlesIn(alice, words, 'Alice Walker')
    await expect(alice.row(words.notes)).toBeVisible()
    await alice.moves('settings/account')
    await expect(page.getByRole('link', { name: `${words.number} ${number.whole}` })).toBeVisible()
  })

test('a number that somebody has opens no account, but says what does', async ({ data, somebody }) => {
  const number = { country: 'Россия (+7)', dialled: '9123456789', whole: '+79123456789' }
  const phone = await somebody({ locale: 'ru', width: 360, height: 780 })
  await phone.opens()
  await asks(phone, WORDS.ru, number)
  const again = phone.page.getByRole('button', { name: WORDS.ru.again })
  await expect(phone.page.getByText(WORDS.ru.againIn)).toBeVisible()
  const text = await message(data)

  // Whoever asks too often is told to wait, from whatever device; the first one shows when it is over.
  const laptop = await somebody()
  const { page } = laptop
  await laptop.opens()
  await asks(laptop, WORDS.en, { ...number, country: 'Russia (+7)' })
  await expect(page.getByRole('alert')).toContainText('Try again in')
  await expect(again).toBeVisible({ timeout: 40_000 })
  await pastes(phone.page, WORDS.ru, text)
  await settlesIn(phone, WORDS.ru, 'Алиса')
  await phone.goesTo(WORDS.ru.notes)
  await phone.says('Молоко, хлеб, спички')

  await page.getByRole('button', { name: WORDS.en.send }).click()
  await expect(page.getByLabel(WORDS.en.code)).toBeVisible()
  await pastes(page, WORDS.en, await message(data))
  await expect(page.getByRole('heading', { name: 'There is an account with this number' })).toBeVisible()
  await expect(page.getByRole('link', { name: 'Neither of them' })).toBeHidden()
  await expect(page.getByRole('button', { name: 'Make a new account' })).toBeVisible()
  await page.getByRole('link', { name: 'My other device' }).click()
  await expect(page.getByRole('heading', { name: 'Sign in with your other device' })).toBeVisible()
})
