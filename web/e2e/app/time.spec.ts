import { expect } from '@playwright/test'
import { befriend } from './person'
import { test } from './stage'

test('what is deleted vanishes at once, and comes back if that was a slip', async ({ member }) => {
  const alice = await member('alice', 'Alice Walker')
  const bob = await member('bob', 'Bob Marley')
  await alice.setsTheClock()
  await befriend(alice, bob)
  await alice.says('Nonsense')
  await expect(bob.message('Nonsense')).toBeVisible()

  const remove = async (text: string, button: string): Promise<void> => {
    await alice.message(text).click({ button: 'right' })
    await alice.page.getByRole('menuitem', { name: 'Delete' }).click()
    await alice.page.getByRole('dialog').getByRole('button', { name: button }).click()
    await expect(alice.message(text)).toHaveCount(0)
  }
  await remove('Nonsense', 'For everyone')
  await alice.page.getByRole('button', { name: 'Undo' }).click()
  await expect(alice.message('Nonsense')).toBeVisible()
  await alice.passes(60_000)
  await expect(alice.message('Nonsense')).toBeVisible()
  await expect(bob.message('Nonsense')).toBeVisible()

  await remove('Nonsense', 'For everyone')
  await alice.passes(10_000)
  await expect(bob.message('Nonsense')).toHaveCount(0)
  await expect(bob.message('Message deleted')).toHaveCount(1)

  await remove('Hi!', 'Only for me')
  await alice.passes(10_000)
  await alice.page.reload()
  await expect(alice.message('Hello!')).toBeVisible()
  await expect(alice.message('Hi!')).toHaveCount(0)
  await expect(bob.message('Hi!')).toBeVisible()
})

test('a message with a timer counts down, and is gone', async ({ member }) => {
  const alice = await member('alice', 'Alice Walker')
  const bob = await member('bob', 'Bob Marley')
  await alice.setsTheClock()
  await befriend(alice, bob)

  await alice.page.getByRole('button', { name: 'How to send' }).click()
  await alice.page.getByRole('menuitem', { name: 'Disappears after reading' }).press('ArrowRight')
  await alice.page.getByRole('menuitemcheckbox', { name: '5 minutes' }).click()
  await alice.says('The code is 4711')
  await expect(bob.message('The code is 4711')).toBeVisible()
  await expect(alice.message('The code is 4711')).toContainText('Read')
  await alice.says('Got it?')

  const left = alice.message('The code is 4711').getByTitle('Disappears in')
  await expect(left).toHaveAttribute('title', /^Disappears in [45] minutes$/)
  await alice.passes(130_000)
  await expect(left).toHaveAttribute('title', /^Disappears in [23] minutes$/)
  await alice.passes(130_000)
  await expect(left).toHaveAttribute('title', /^Disappears in [1-4]?\d seconds?$/)
  await alice.passes(60_000)
  await expect(alice.message('The code is 4711')).toHaveCount(0)
  await expect(alice.message('Got it?')).toBeVisible()
})
