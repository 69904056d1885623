import { afterEach, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { render } from 'vitest-browser-svelte'
import { closeByBack } from './close-by-back'
import Harness from './DialogHarness.svelte'

/** A phone: what waits for its Back button, the last one first to be asked. */
const waiting: FakeWatcher[] = []
class FakeWatcher {
  onclose: (() => void) | null = null
  constructor() {
    waiting.push(this)
  }
  destroy() {
    waiting.splice(waiting.indexOf(this), 1)
  }
}
function back() {
  const watcher = waiting.pop()
  watcher?.onclose?.()
  return watcher !== undefined
}

afterEach(() => vi.unstubAllGlobals())

test('the Back button of a phone closes what lies over the page, and is the browser’s otherwise', async () => {
  vi.stubGlobal('CloseWatcher', FakeWatcher)
  vi.stubGlobal('matchMedia', () => ({ matches: true }))
  const end = closeByBack()
  vi.unstubAllGlobals()
  await render(Harness, { urgent: true })
  expect(back()).toBe(false)

  await page.getByRole('button', { name: 'Open' }).click()
  await expect.element(page.getByRole('alertdialog')).toBeVisible()
  expect(back()).toBe(true)
  await expect.element(page.getByRole('alertdialog')).not.toBeInTheDocument()
  expect(back()).toBe(false)

  // What was closed otherwise is not waited for any more.
  await page.getByRole('button', { name: 'Open' }).click()
  await expect.poll(() => waiting.length).toBe(1)
  await page.getByRole('button', { name: 'Done' }).click()
  await expect.element(page.getByRole('alertdialog')).not.toBeInTheDocument()
  await expect.poll(() => waiting.length).toBe(0)

  // Somebody keeps what is asked for: it is asked for again.
  await page.getByRole('button', { name: 'Open' }).click()
  await expect.poll(() => waiting.length).toBe(1)
  const keep = (event: KeyboardEvent) => event.stopImmediatePropagation()
  document.addEventListener('keydown', keep, { capture: true })
  expect(back()).toBe(true)
  document.removeEventListener('keydown', keep, { capture: true })
  await expect.poll(() => waiting.length).toBe(1)
  end()
  expect(waiting).toHaveLength(0)
})
