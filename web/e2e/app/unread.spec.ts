import { expect } from '@playwright/test'
import { befriend } from './person'
import { test } from './stage'

test('what nobody has seen stays unread', async ({ member }) => {
  const alice = await member('alice', 'Alice Walker')
  const bob = await member('bob', 'Bob Marley')
  await befriend(alice, bob)
  await bob.opens()
  for (let number = 1; number <= 40; number += 1) await alice.says(`Number ${String(number)}.`)
  await expect(bob.row('Alice Walker')).toContainText('Number 40.')

  await bob.goesTo('Alice Walker')
  await expect(bob.message('Number 1.')).toBeInViewport()
  await expect(alice.message('Number 1.')).toContainText('Read')
  await expect(bob.message('Number 40.')).not.toBeInViewport()
  await expect(alice.message('Number 40.')).toContainText('Delivered')

  await bob.page.getByRole('button', { name: 'To the newest message' }).click()
  await expect(bob.message('Number 40.')).toBeInViewport()
  await expect(alice.message('Number 40.')).toContainText('Read')
})
