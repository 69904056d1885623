// For component tests.
import axe from 'axe-core'
import { expect } from 'vitest'

/** Whether nothing fades or moves: half-way in, no colour is the one that it will be. What never ends does not count. */
function isSettled(): boolean {
  return document.getAnimations().every(({ effect, playState }) => {
    const ends = effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY
    return playState === 'finished' || playState === 'idle' || !ends
  })
}

/** What axe finds, contrast included, as "rule: element". */
export async function problems(): Promise<string[]> {
  await expect.poll(isSettled).toBe(true)
  const { violations } = await axe.run(document.body, { resultTypes: ['violations'] })
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`))
}
