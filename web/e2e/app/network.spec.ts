import { expect } from '@playwright/test'
import { befriend } from './person'
import { test } from './stage'

test('what is said without a network goes out once it is back: nothing lost, nothing twice', async ({
  member,
}) => {
  const alice = await member('alice', 'Alice Walker')
  const bob = await member('bob', 'Bob Marley')
  await befriend(alice, bob)

  await alice.context.setOffline(true)
  await expect(alice.page.getByText('You are offline')).toBeVisible()
  await alice.says('One from the tunnel')
  await alice.says('Two from the tunnel')
  await expect(alice.message('Two from the tunnel')).toContainText(/Waits for the network|Being sent/)
  await bob.says('Where are you?')
  await expect(bob.message('Where are you?')).toContainText('Sent')
  await expect(bob.message('from the tunnel')).toHaveCount(0)
  await expect(alice.message('Where are you?')).toHaveCount(0)

  await alice.context.setOffline(false)
  await expect(alice.page.getByText('You are offline')).toBeHidden()
  await expect(alice.message('Where are you?')).toHaveCount(1)
  await expect(alice.message('Two from the tunnel')).toContainText('Read')
  await expect(bob.message('from the tunnel')).toContainText([/One/, /Two/])
  await expect(alice.message('from the tunnel')).toContainText([/One/, /Two/])
})

test('one tab goes on where the other one stopped', async ({ member }) => {
  const alice = await member('alice', 'Alice Walker')
  const bob = await member('bob', 'Bob Marley')
  await befriend(alice, bob)

  const former = alice.page
  const second = await alice.inAnotherTab()
  await second.says('From the second tab')
  await expect(former.getByRole('article').filter({ hasText: 'From the second tab' })).toBeVisible()
  await former.close()
  await bob.says('Do you still hear me?')
  await expect(second.message('Do you still hear me?')).toBeVisible()
  await second.says('Loud and clear')
  await expect(bob.message('Loud and clear')).toHaveCount(1)
})
