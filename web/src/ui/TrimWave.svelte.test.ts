import { expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-svelte'
import TrimHarness from './TrimHarness.svelte'

test('the ends are moved by the keyboard, and are said in words', async () => {
  await render(TrimHarness, { length: 10 })
  const from = page.getByRole('slider', { name: 'Beginning' })
  await expect.element(page.getByRole('status')).toHaveTextContent('0.0 to 10.0')
  await userEvent.keyboard('{Tab}')
  await userEvent.keyboard('{ArrowRight}{ArrowRight}')
  await expect.element(page.getByRole('status')).toHaveTextContent('0.2 to 10.0')
  await expect.element(from).toHaveAttribute('aria-valuetext', '0.2')
  await userEvent.keyboard('{Tab}{ArrowLeft}')
  await expect.element(page.getByRole('status')).toHaveTextContent('0.2 to 9.9')
})

test('they do not pass each other: something is left', async () => {
  await render(TrimHarness, { length: 10 })
  await userEvent.keyboard('{Tab}')
  await userEvent.keyboard('{End}')
  await expect.element(page.getByRole('status')).toHaveTextContent('9.5 to 10.0')
  await userEvent.keyboard('{Tab}{Home}')
  await expect.element(page.getByRole('status')).toHaveTextContent('9.5 to 10.0')
})
