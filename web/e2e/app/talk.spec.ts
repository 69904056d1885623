import { expect } from '@playwright/test'
import { befriend, PHONE } from './person'
import { test } from './stage'

test('two people find each other, and talk', async ({ member }) => {
  const alice = await member('alice', 'Alice Walker')
  const bob = await member('bob', 'Боб Марлин', PHONE)

  await alice.addresses('bob', 'Are you coming?')
  await expect(alice.page.getByText('bob has to accept first. You can write again then.')).toBeVisible()
  await expect(alice.composer).toHaveCount(0)

  await expect(bob.row('alice')).toContainText('Хочет вам написать')
  await bob.opensRequest()
  await expect(bob.message('Are you coming?')).toBeVisible()
  // Nobody learns that it was looked at.
  await expect(bob.row('alice')).toHaveCount(0)
  await expect(alice.message('Are you coming?')).toContainText('Delivered')
  await bob.page.getByRole('button', { name: 'Принять' }).click()
  await expect(alice.message('Are you coming?')).toContainText('Read')
  await expect(alice.page.getByText('has to accept')).toBeHidden()
  await alice.says('Then hurry')
  await expect(bob.message('Then hurry')).toBeVisible()

  await bob.says('Уже бегу, ставь чайник')
  await expect(bob.message('Уже бегу')).toContainText('Прочитано')
  await expect(alice.message('Уже бегу')).toBeVisible()
  await expect(alice.head('Боб Марлин')).toContainText('online')
  await expect(bob.head('Alice Walker')).toContainText('в сети')
})

test('a reload forgets nothing, wherever somebody is', async ({ member }) => {
  const alice = await member('alice', 'Alice Walker')
  const bob = await member('bob', 'Bob Marley')
  await befriend(alice, bob)

  await alice.page.reload()
  await expect(alice.message('Hello!')).toContainText('Read')
  await expect(alice.message('Hi!')).toBeVisible()

  await alice.message('Hi!').click({ button: 'right' })
  await alice.page.getByRole('menuitem', { name: 'Message details' }).click()
  await alice.page.reload()
  await expect(alice.page.getByRole('heading', { name: 'Message details' })).toBeVisible()

  await alice.opens('settings/privacy')
  const marks = alice.page.getByRole('switch', { name: 'Show that I have read messages' })
  await marks.click()
  // At once: what was switched must not depend on an answer that never comes.
  await alice.page.reload()
  await expect(marks).not.toBeChecked()
})

test('what was begun to be written is kept, for each conversation', async ({ member }) => {
  const alice = await member('alice', 'Alice Walker')
  const bob = await member('bob', 'Bob Marley')
  await befriend(bob, alice)

  await alice.composer.pressSequentially('Shall we ')
  await alice.page.reload()
  await expect(alice.composer).toHaveValue('Shall we ')

  await alice.opens('new')
  await alice.page.getByRole('button', { name: 'Notes to self' }).click()
  await expect(alice.composer).toHaveValue('')
  await expect(alice.row('Bob Marley')).toContainText('Draft:Shall we')
  await alice.goesTo('Bob Marley')
  await alice.composer.press('End')
  await alice.composer.pressSequentially('meet at seven?')
  await alice.composer.press('Enter')
  await expect(bob.message('Shall we meet at seven?')).toBeVisible()
  await alice.page.reload()
  await expect(alice.message('Shall we meet at seven?')).toBeVisible()
  await expect(alice.composer).toHaveValue('')
})

test('who is blocked can not write any more', async ({ member }) => {
  const alice = await member('alice', 'Alice Walker')
  const bob = await member('bob', 'Bob Marley')
  await befriend(alice, bob)

  await bob.head('Alice Walker').click()
  await bob.page.getByRole('button', { name: 'Block' }).click()
  await bob.page.getByRole('alertdialog').getByRole('button', { name: 'Block' }).click()
  await expect(bob.page.getByRole('button', { name: 'Unblock' })).toBeVisible()

  await alice.says('Are you there?')
  await expect(alice.message('Are you there?')).toContainText('This person takes no messages from you')
  await bob.page.getByRole('button', { name: 'Unblock' }).click()
  await expect(bob.page.getByRole('button', { name: 'Block' })).toBeVisible()
  await alice.message('Are you there?').getByRole('button', { name: 'Try again' }).click()
  await expect(alice.message('Are you there?')).toContainText(/Sent|Delivered/)
  await bob.goesTo('Alice Walker')
  await expect(bob.message('Are you there?')).toHaveCount(1)
})
