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
  await alice.page.getByRole('button', { name: 'By person and date' }).click()
  await alice.page.getByLabel('Written by').selectOption('You')
  await expect(found).toHaveCount(1)
  await found.click()
  await expect(alice.message('running along the river')).toBeInViewport()
})

test('on a small phone one steps through what was found, and sees it', async ({ member }) => {
  const alice = await member('alice', 'Alice Walker', { width: 320, height: 640 })
  const { page } = alice
  await alice.goesTo('Notes to self')
  const texts = ['A first sail', 'A second sail', 'A third sail']
  for (const text of texts) {
    await alice.says(text)
    await alice.says('Wind and water. '.repeat(40))
  }
  await page.getByRole('button', { name: 'More', exact: true }).first().click()
  await page.getByRole('menuitem', { name: 'Search in this conversation' }).click()
  const field = page.getByRole('searchbox', { name: 'Search in this conversation' })
  await field.fill('sail')
  await expect(page.getByRole('link', { name: /third sail/ })).toBeVisible()
  await field.press('Enter')
  await expect(alice.message('A third sail')).toBeInViewport()
  await expect(page.getByRole('button', { name: '1 of 3' })).toBeVisible()
  await page.getByRole('button', { name: 'Older' }).click()
  await expect(alice.message('A second sail')).toBeInViewport()
  await field.press('Enter')
  await expect(alice.message('A first sail')).toBeInViewport()
  await expect(page.getByRole('button', { name: 'Older' })).toBeDisabled()
  await page.getByRole('button', { name: 'Newer' }).click()
  await expect(alice.message('A second sail')).toBeInViewport()
  await page.getByRole('button', { name: 'Leave the search' }).click()
  await expect(field).toBeHidden()
})
