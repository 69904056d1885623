// A phone has room for one pane: what was covered is there again when one comes back to it.

import { expect } from '@playwright/test'
import { test } from './stage'

test('the list is there after a conversation was begun', async ({ member }) => {
  const bob = await member('bob', 'Bob Marley')
  const alice = await member('alice', 'Alice Walker', { width: 390, height: 844 })
  const { page } = alice
  await page.getByRole('button', { name: 'Start a conversation' }).click()
  await page.getByRole('searchbox', { name: 'Find by name' }).fill(bob.username)
  await page.getByRole('button', { name: '@bob' }).click()
  await alice.composer.fill('Hello!')
  await alice.composer.press('Enter')
  await expect(alice.message('Hello!')).toBeVisible()
  await page.getByRole('button', { name: 'Back' }).click()
  await expect(alice.row('bob')).toBeVisible()
})
