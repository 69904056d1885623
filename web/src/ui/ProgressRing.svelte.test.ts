import { expect, test } from 'vitest'
import { render } from 'vitest-browser-svelte'
import ProgressRing from './ProgressRing.svelte'

test.each([
  [0.256, '26', '26%'],
  [-1, '0', '0%'],
  [7, '100', '100%'],
])('%f is told as it is', async (value, now, words) => {
  const screen = await render(ProgressRing, { label: 'The file is being sent', value })
  const bar = screen.getByRole('progressbar', { name: 'The file is being sent' })
  await expect.element(bar).toHaveAttribute('aria-valuenow', now)
  await expect.element(bar).toHaveAttribute('aria-valuetext', words)
})
