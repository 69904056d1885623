import { expect } from '@playwright/test'
import { test } from './stage'

test('messages are found by other forms of their words, and shown where they were said', async ({
  member,
}) => {
  const alice = await member('alice', 'Alice Walker')
  await alice.goesTo('Notes to self')
  await alice.says('Купили новые книги для библиотеки')
  for (const text of ['Milk', 'Bread', 'Matches']) await alice.says(`${text}, and so on. `.repeat(60))
  await alice.says('She was running along the river')

  const everywhere = alice.page.getByRole('searchbox', { name: 'Search', exact: true })
  await everywhere.fill('книга')
  await alice.row('Купили новые книги').click()
  await expect(alice.message('Купили новые')).toBeInViewport()
  await expect(alice.page).toHaveURL(/\/m\/\d+$/)

  await everywhere.fill('ран')
  await expect(alice.page.getByText('Nothing found', { exact: true }).first()).toBeVisible()
  await everywhere.fill('')
  await alice.goesTo('Notes to self')

  await alice.page.getByRole('button', { name: 'Search in this conversation' }).click()
  await alice.page.getByRole('searchbox', { name: 'Search in this conversation' }).fill('run')
  const found = alice.page.getByRole('link', { name: /running along.*\d:\d/ })
  await expect(found).toHaveCount(1)
  await alice.page.getByLabel('Written by').selectOption('You')
  await expect(found).toHaveCount(1)
  await found.click()
  await expect(alice.message('running along the river')).toBeInViewport()
})
