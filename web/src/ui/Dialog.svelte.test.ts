import { userEvent } from 'vitest/browser'
import { expect, test } from 'vitest'
import { render } from 'vitest-browser-svelte'
import Harness from './DialogHarness.svelte'

test('a window takes the focus and gives it back', async () => {
  const screen = await render(Harness, { urgent: false })
  await screen.getByRole('button', { name: 'Open' }).click()
  await expect
    .element(screen.getByRole('dialog', { name: 'Name it' }))
    .toHaveAccessibleDescription('All see it.')
  await userEvent.tab()
  await userEvent.tab()
  await userEvent.tab()
  await userEvent.tab()
  expect(document.activeElement?.closest('[role=dialog]')).not.toBeNull()
  await userEvent.keyboard('{Escape}')
  await expect.element(screen.getByRole('dialog')).not.toBeInTheDocument()
  await expect.element(screen.getByRole('button', { name: 'Open' })).toHaveFocus()
})

test('one Escape closes a window that the keyboard has opened', async () => {
  const screen = await render(Harness, { urgent: false })
  await userEvent.tab()
  await userEvent.keyboard('{Enter}')
  await expect.element(screen.getByRole('button', { name: 'Close' })).toHaveFocus()
  await expect.poll(() => document.querySelector('.tooltip')).not.toBeNull()
  await userEvent.keyboard('{Escape}')
  await expect.element(screen.getByRole('dialog')).not.toBeInTheDocument()
})

test('a question is not answered by a click beside it', async () => {
  const screen = await render(Harness, { urgent: true })
  await screen.getByRole('button', { name: 'Open' }).click()
  const question = screen.getByRole('alertdialog', { name: 'Name it' })
  await expect.element(question).toBeVisible()
  await userEvent.click(document.body, { position: { x: 3, y: 3 }, force: true })
  await expect.element(question).toBeVisible()
  await screen.getByRole('button', { name: 'Done' }).click()
  await expect.element(question).not.toBeInTheDocument()
})
