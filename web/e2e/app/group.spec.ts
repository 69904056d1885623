import { expect } from '@playwright/test'
import { befriend, PHONE } from './person'
import { test } from './stage'

test('a group of three: made, changed, managed and left', async ({ member }) => {
  const alice = await member('alice', 'Alice Walker')
  const bob = await member('bob', 'Bob Marley')
  const vera = await member('vera', 'Вера Орлова', PHONE)
  await befriend(bob, alice)
  await befriend(vera, alice)

  await alice.opens('new/group')
  await alice.page.getByRole('button', { name: 'Bob Marley' }).click()
  await alice.page.getByRole('button', { name: 'Next' }).click()
  await alice.page.getByLabel('Name of the group').fill('Sunday hikes')
  await alice.page.getByRole('button', { name: 'Create the group' }).click()
  await alice.says('Where do we go this time?')
  await bob.goesTo('Sunday hikes')
  await expect(bob.message('Where do we go')).toBeVisible()
  await bob.says('To the lake')

  const head = alice.head('Sunday hikes')
  await expect(head).toContainText('2 members')
  await head.click()
  await alice.page.getByRole('button', { name: 'Add people', exact: true }).click()
  await alice.page.getByRole('dialog').getByRole('button', { name: 'Вера Орлова' }).click()
  await alice.page.getByRole('dialog').getByRole('button', { name: 'Add people' }).click()
  await vera.opens()
  await vera.goesTo('Sunday hikes')
  // What was said before she came is not for her.
  await expect(vera.page.getByRole('log').getByText('Alice Walker добавляет вас')).toBeVisible()
  await expect(vera.message('Where do we go')).toHaveCount(0)
  await vera.says('Я с вами!')
  await expect(bob.message('Я с вами!')).toContainText('Вера Орлова')

  await alice.page.getByRole('button', { name: 'Edit' }).click()
  await alice.page.getByLabel('Name', { exact: true }).fill('Hikes and picnics')
  await alice.page.getByRole('button', { name: 'Save' }).click()
  await expect(vera.page.getByRole('heading', { name: 'Hikes and picnics' })).toBeVisible()
  await expect(bob.page.getByRole('log').getByText('changed the title to “Hikes and picnics”')).toBeVisible()

  await alice.page.getByRole('button', { name: 'What to do with Bob Marley' }).click()
  await alice.page.getByRole('menuitem', { name: 'Make admin' }).click()
  // Bob has said nothing yet since she came, and so she has not been told his name.
  await expect(vera.page.getByRole('log').getByText('назначает администратора: Bob Marley')).toBeVisible()

  await bob.head('Hikes and picnics').click()
  await bob.page.getByRole('button', { name: 'Leave the group' }).click()
  await bob.page.getByRole('alertdialog').getByRole('button', { name: 'Leave the group' }).click()
  await expect(vera.page.getByRole('log').getByText('Bob Marley выходит из группы')).toBeVisible()
  await vera.says('Жаль!')
  await alice.page.getByRole('button', { name: 'Back' }).click()
  await expect(alice.message('Жаль!')).toBeVisible()
  await bob.goesTo('Hikes and picnics')
  await expect(bob.page.getByText('You are not a member here any more.')).toBeVisible()
  await expect(bob.message('Жаль!')).toHaveCount(0)
})
