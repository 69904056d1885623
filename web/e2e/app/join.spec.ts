import { expect, type Page } from '@playwright/test'
import { test } from './stage'

/** The words of the phrase, as the screen shows them. */
async function wordsOn(page: Page): Promise<string[]> {
  const words = page.getByRole('main').getByRole('listitem')
  await expect(words).toHaveCount(24)
  return words.allInnerTexts()
}

test('who comes for the first time joins while the engine still loads', async ({ somebody }) => {
  const alice = await somebody()
  const { page } = alice
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  await page.route('**/*.wasm', async (route) => {
    await held
    await route.continue()
  })
  await alice.opens()
  await page.getByRole('link', { name: 'Create an account' }).click()
  await page.getByRole('link', { name: /By a username/ }).click()
  await page.getByLabel('Username').fill('alice')
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery')
  await page.getByRole('button', { name: 'Create' }).click()
  release()
  await page.getByRole('button', { name: 'I’ll do it later' }).click()
  await expect(page.getByLabel('Your name')).toBeVisible()
})

test('who signed up without a name writes down the words later, and comes back by them', async ({
  somebody,
}) => {
  const alice = await somebody()
  const { page } = alice
  await alice.opens()
  await page.getByRole('link', { name: 'Create an account' }).click()
  await page.getByRole('link', { name: 'Only by my link' }).click()
  await page.getByRole('button', { name: 'Create' }).click()
  const words = await wordsOn(page)
  await page.getByRole('button', { name: 'I’ll do it later' }).click()
  await page.getByRole('button', { name: 'Later' }).click()
  await alice.goesTo('Notes to self')
  await alice.says('The key is under the mat')
  await expect(alice.message('under the mat')).toContainText('Sent')

  await alice.opens('settings/phrase')
  await page.getByRole('button', { name: 'Show the words' }).click()
  expect(await wordsOn(page)).toEqual(words)
  await page.getByRole('button', { name: 'I have written them down' }).click()
  const asked = page.getByRole('main').getByRole('textbox')
  await asked.first().fill('zebra')
  for (const field of await asked.all()) await field.fill('zebra')
  await page.getByRole('button', { name: 'Check' }).click()
  await expect(page.getByRole('alert')).toHaveText(/^Word \d+ is another one\./)
  for (const field of await asked.all()) {
    const position = /\d+/.exec(
      await field.evaluate((input: HTMLInputElement) => input.labels?.[0]?.innerText ?? ''),
    )
    await field.fill(words[Number(position?.[0]) - 1] ?? '')
  }
  await page.getByRole('button', { name: 'Check' }).click()
  await expect(page.getByText('The words are no longer on this device')).toBeVisible()

  const laptop = await somebody({ locale: 'ru' })
  await laptop.opens()
  await laptop.page.getByRole('link', { name: 'У меня уже есть учётная запись' }).click()
  await laptop.page.getByRole('link', { name: 'Мои 24 слова' }).click()
  await laptop.page.getByRole('textbox').fill(words.toReversed().join(' '))
  await laptop.page.getByRole('button', { name: 'Войти' }).click()
  await expect(laptop.page.getByRole('alert')).toContainText('слова не сходятся')
  await laptop.page.getByRole('textbox').fill(words.join(' '))
  await laptop.page.getByRole('button', { name: 'Войти' }).click()
  await laptop.goesTo('Заметки')
  await alice.opens()
  await alice.goesTo('Notes to self')
  await alice.says('From now on both of them read along')
  await expect(laptop.message('both of them read along')).toBeVisible()
})

test('a second device is let in by the first, and the two keep in step', async ({ member, somebody }) => {
  const alice = await member('alice', 'Alice Walker')
  await alice.goesTo('Notes to self')
  await alice.says('Milk, bread, matches')
  const phone = await somebody({ width: 360, height: 740 })
  await phone.opens()
  await phone.page.getByRole('link', { name: 'I have an account' }).click()
  await phone.page.getByRole('link', { name: 'My other device' }).click()
  const code = await phone.page.getByText(/^Code/).getByRole('status').innerText()

  await alice.opens('settings/devices')
  await alice.page.getByRole('button', { name: 'Add a device' }).click()
  await alice.page.getByRole('textbox', { name: 'Or type it here' }).fill(code)
  await alice.page.getByRole('button', { name: 'Continue' }).click()
  const digits = alice.page.getByRole('img', { name: /^\d( \d){5}$/ })
  const same = (await digits.getAttribute('aria-label')) ?? ''
  await expect(phone.page.getByRole('img', { name: same })).toBeVisible()
  await alice.page.getByRole('button', { name: 'Yes, let it in' }).click()

  await phone.goesTo('Notes to self')
  await phone.says('And candles')
  await alice.opens()
  await alice.goesTo('Notes to self')
  await expect(alice.message('And candles')).toBeVisible()
})

test('a name that is taken is said to be, and a bad one as well', async ({ member, somebody }) => {
  await member('alice', 'Alice Walker')
  const other = await somebody()
  const { page } = other
  await other.opens('join/username')
  const sign = async (username: string, password: string): Promise<void> => {
    await page.getByLabel('Username').fill(username)
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Create' }).click()
  }
  await sign('алиса', 'correct horse battery')
  await expect(page.getByRole('alert')).toContainText('letters a–z')
  await sign('alice', 'short')
  await expect(page.getByRole('alert')).toContainText('at least 8 characters')
  await sign('alice', 'correct horse battery')
  await expect(page.getByRole('alert')).toContainText('This name is taken')
  await sign('alice2', 'correct horse battery')
  await expect(page.getByRole('heading', { name: 'Your 24 words' })).toBeVisible()
})

test('the words stand for a password that was forgotten', async ({ member }) => {
  const alice = await member('alice', 'Alice Walker', { width: 360, height: 740 })
  const { page } = alice
  await alice.opens('settings/phrase')
  await page.getByRole('button', { name: 'Show the words' }).click()
  const words = await wordsOn(page)
  await alice.opens('settings/account')
  const password = page.getByRole('button', { name: /^Password/ })
  await password.click()
  const dialog = page.getByRole('dialog', { name: 'Password' })
  await dialog.getByLabel('Present password').fill('I no longer know')
  await dialog.getByLabel('New password').fill('battery staple')
  await dialog.getByRole('button', { name: 'Set the password' }).click()
  await expect(dialog.getByLabel('Present password')).toHaveAccessibleDescription(
    /The password is another one/,
  )
  await dialog.getByRole('button', { name: 'I have forgotten it' }).click()
  await dialog.getByLabel('The 24 words').fill(words.join(' '))
  await dialog.getByRole('button', { name: 'Set the password' }).click()
  await expect(dialog).toBeHidden()

  await password.click()
  await dialog.getByLabel('Present password').fill('battery staple')
  await dialog.getByLabel('New password').fill('another horse')
  await dialog.getByRole('button', { name: 'Set the password' }).click()
  await expect(dialog).toBeHidden()
})
