import { expect } from '@playwright/test'
import { test } from './stage'

test('much that is on its way waits while the network costs, unless its person agrees', async ({
  member,
}) => {
  const alice = await member('alice', 'Alice Walker')
  const countsAsMobile = async (choice: string) => {
    await alice.moves('settings/storage')
    await alice.page.getByLabel('This connection counts as mobile').selectOption(choice)
  }
  const send = async (name: string, megabytes: number) => {
    const buffer = Buffer.alloc(megabytes * 1_000_000, name)
    await alice.attachesFiles('files', { name, mimeType: '', buffer })
    await alice.composer.press('Enter')
    await expect(alice.composer).toHaveValue('')
    await expect(alice.message(name)).toBeVisible()
  }
  await alice.goesTo('Notes to self')
  // Sent where nothing costs, and nothing goes.
  await alice.page.context().setOffline(true)
  await send('film.bin', 12)
  await send('note.bin', 1)
  await countsAsMobile('Always')
  await alice.moves('')
  await alice.goesTo('Notes to self')
  await expect(alice.message('film.bin')).toContainText('Waits for Wi-Fi')
  await alice.page.context().setOffline(false)
  await expect(alice.message('note.bin')).toContainText('Sent')
  await expect(alice.message('film.bin')).toContainText('Waits for Wi-Fi')

  await alice.message('film.bin').getByRole('button', { name: 'Go on with film.bin' }).click()
  const question = alice.page.getByRole('alertdialog', { name: 'Send over mobile data?' })
  await expect(question).toContainText('12 MB')
  await question.getByRole('button', { name: 'Cancel' }).click()
  await expect(alice.message('film.bin')).toContainText('Waits for Wi-Fi')

  await countsAsMobile('Never')
  await alice.moves('')
  await alice.goesTo('Notes to self')
  await expect(alice.message('film.bin')).toContainText('Sent')
})
