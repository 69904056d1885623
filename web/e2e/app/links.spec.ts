import { expect } from '@playwright/test'
import { befriend, PHONE, type Person } from './person'
import { test } from './stage'

/** Makes a group; it is open then. */
async function makesGroup(person: Person, title: string, members: readonly string[]): Promise<void> {
  const { page } = person
  await person.opens('new/group')
  for (const member of members) await page.getByRole('button', { name: member }).click()
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByLabel('Name of the group').fill(title)
  await page.getByRole('button', { name: 'Create the group' }).click()
  await expect(person.head(title)).toBeVisible()
}

/** Makes a link to the group that is open, and copies it. */
async function makesLink(person: Person, title: string, entry?: string): Promise<string> {
  const { page } = person
  await person.head(title).click()
  await page.getByRole('button', { name: 'Links to the group' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'New link' }).click()
  if (entry !== undefined) await dialog.getByRole('radio', { name: entry }).click()
  await dialog.getByRole('button', { name: 'New link' }).click()
  await dialog.getByRole('button', { name: 'Copy' }).click()
  const link = await page.evaluate(() => navigator.clipboard.readText())
  await dialog.getByRole('button', { name: 'Close' }).click()
  await page
    .getByRole('dialog', { name: 'Links to the group' })
    .getByRole('button', { name: 'Close' })
    .click()
  await expect(dialog).toHaveCount(0)
  return link
}

/** The part of a link that the app opens by itself. */
const placeOf = (link: string) => {
  const { pathname, hash } = new URL(link)
  return pathname.slice(1) + hash
}

test('who was sent a link joins Beseda, asks, and is let in', async ({ member, somebody }) => {
  const alice = await member('alice', 'Alice Walker')
  const bob = await member('bob', 'Bob Marley')
  await befriend(bob, alice)
  await makesGroup(alice, 'Sunday hikes', ['Bob Marley'])
  await alice.says('Where do we go this time?')
  const link = await makesLink(alice, 'Sunday hikes')

  const vera = await somebody(PHONE)
  await vera.opens(placeOf(link))
  await vera.page.getByRole('link', { name: 'Создать учётную запись' }).click()
  await vera.page.getByRole('link', { name: 'По имени пользователя' }).click()
  await vera.page.getByLabel('Имя пользователя').fill('vera')
  await vera.page.getByLabel('Пароль', { exact: true }).fill('correct horse battery')
  await vera.page.getByRole('button', { name: 'Создать' }).click()
  await vera.page.getByRole('button', { name: 'Позже' }).click()
  await vera.page.getByLabel('Ваше имя').fill('Вера Орлова')
  await vera.page.getByRole('button', { name: 'Готово' }).click()
  await expect(vera.page.getByRole('heading', { name: 'Sunday hikes' })).toBeVisible()
  await vera.page.getByRole('button', { name: 'Попроситься' }).click()
  await expect(vera.page.getByRole('status').filter({ hasText: 'Заявка отправлена' })).toBeVisible()

  await alice.page.getByRole('button', { name: 'Let in: vera' }).click()
  await expect(vera.composer).toBeVisible()
  await expect(vera.page.getByRole('log').getByText('Alice Walker добавляет вас')).toBeVisible()
  await vera.says('Я с вами!')
  await bob.goesTo('Sunday hikes')
  await expect(bob.message('Я с вами!')).toContainText('Вера Орлова')
  await expect(vera.message('Where do we go')).toHaveCount(0)

  // What was taken back leads nowhere, and says so.
  await alice.page.getByRole('button', { name: 'Links to the group' }).click()
  await alice.page.getByRole('button', { name: 'Take the link back: Members let people in' }).click()
  await alice.page.getByRole('alertdialog').getByRole('button', { name: 'Take back' }).click()
  await expect(alice.page.getByText('The link does not work any more')).toBeVisible()
  const carol = await member('carol', 'Carol King')
  await carol.opens(placeOf(link))
  await expect(carol.page.getByRole('heading', { name: 'The link does not open' })).toBeVisible()
})

test('a link that asks nobody lets in by itself, and who was turned down learns it', async ({ member }) => {
  const alice = await member('alice', 'Alice Walker')
  const bob = await member('bob', 'Bob Marley')
  const carol = await member('carol', 'Carol King')
  await makesGroup(alice, 'Open house', [])
  const link = await makesLink(alice, 'Open house', 'Nobody is asked')
  await bob.opens(placeOf(link))
  await bob.page.getByRole('button', { name: 'Join' }).click()
  await expect(bob.composer).toBeVisible()
  await bob.says('What a crowd!')
  await alice.page.getByRole('button', { name: 'Back' }).click()
  await expect(alice.message('What a crowd!')).toBeVisible()

  const asking = await makesLink(alice, 'Open house')
  await carol.opens(placeOf(asking))
  await carol.page.getByRole('button', { name: 'Ask to join' }).click()
  await alice.page.getByRole('button', { name: 'Turn down: carol' }).click()
  await expect(carol.page.getByRole('status').filter({ hasText: 'You were not let in.' })).toBeVisible()
})

test('by somebody’s link one finds them, and sees that the key is theirs', async ({ member }) => {
  const alice = await member('alice', 'Alice Walker')
  const bob = await member('bob', 'Bob Marley')
  await alice.opens('new/contact')
  await alice.page.getByRole('button', { name: 'Copy' }).click()
  const link = await alice.page.evaluate(() => navigator.clipboard.readText())
  await bob.opens(placeOf(link))
  await expect(bob.page.getByText('The key is the one in the link: it is really them.')).toBeVisible()
  const { pathname } = new URL(link)
  await bob.opens(`${pathname.slice(1)}#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA`)
  await expect(bob.page.getByText('Their key is not the one in the link.')).toBeVisible()
})

test('a message is reported, and who deletes their account is gone', async ({ member }) => {
  const alice = await member('alice', 'Alice Walker')
  const bob = await member('bob', 'Bob Marley')
  await befriend(bob, alice)
  await bob.says('Buy my miracle pills!')
  await alice.message('miracle pills').click({ button: 'right' })
  await alice.page.getByRole('menuitem', { name: 'Report' }).click()
  const dialog = alice.page.getByRole('dialog')
  await dialog.getByLabel('In your words').fill('Every day')
  await expect(dialog.getByText('Buy my miracle pills!')).toBeVisible()
  await dialog.getByRole('button', { name: 'Send the report' }).click()
  await expect(alice.page.getByText('The operator has your report')).toBeVisible()

  await bob.opens('settings/account')
  await bob.page.getByRole('button', { name: 'Delete the account' }).click()
  const sure = bob.page.getByRole('alertdialog')
  const name = sure.getByRole('textbox')
  await name.fill('alice')
  await sure.getByRole('button', { name: 'Delete for good' }).click()
  await expect(name).toHaveAccessibleDescription(/type your username/)
  await name.fill('bob')
  await sure.getByRole('button', { name: 'Delete for good' }).click()
  await expect(bob.page.getByRole('link', { name: 'Create an account' })).toBeVisible()
  await expect(alice.page.getByText('Nobody reads this conversation any more.')).toBeVisible()
})
