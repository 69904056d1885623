import { fileURLToPath } from 'node:url'
import type { Page } from '@playwright/test'
import type { Looks } from '../app/person'

const FOLDER = fileURLToPath(new URL('../../../docs/screens/', import.meta.url))

export type Named = Looks & { readonly name: string }

export const LOOKS: readonly Named[] = [
  { name: 'desktop', locale: 'en', scheme: 'light', width: 1440, height: 900 },
  { name: 'phone', locale: 'ru', scheme: 'dark', width: 390, height: 844 },
]

/** Draws a page as it is, once nothing moves, and nothing is pointed at. */
export async function draw(page: Page, looks: Named, name: string): Promise<void> {
  await page.evaluate(() => {
    if (
      document.activeElement instanceof HTMLElement &&
      !document.querySelector('[role=menu], [role=dialog]')
    )
      document.activeElement.blur()
    const ending = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY)
    return Promise.allSettled(ending.map((one) => one.finished))
  })
  await page.mouse.move(0, 0)
  await page.screenshot({ path: `${FOLDER}web-${looks.name}-${name}.png`, animations: 'disabled' })
}
