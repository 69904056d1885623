import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from '@playwright/test'
import type { AxeResults } from 'axe-core'

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

declare global {
  interface Window {
    axe: { run(within?: string): Promise<AxeResults> }
  }
}

/** Waits until nothing fades or moves: half-way in, no colour is the one that it will be. What never ends does not count. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    document.getAnimations().every(({ effect, playState }) => {
      const ends = effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY
      return playState === 'finished' || playState === 'idle' || !ends
    }),
  )
}

/** What is wrong with the page, or with a part of it, for people who can't see, hear or point well; contrast included. */
export async function barriers(page: Page, within?: string): Promise<string[]> {
  await page.evaluate(SOURCE)
  await settled(page)
  const { violations } = await page.evaluate(
    (selector) => (selector === undefined ? window.axe.run() : window.axe.run(selector)),
    within,
  )
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`))
}
