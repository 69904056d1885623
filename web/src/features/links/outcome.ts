import type { AskOutcome } from '@/engine/port'
import { m } from '@/i18n/index.svelte'

/** What has become of a request to join, in words. */
export function outcomeText(outcome: AskOutcome): string {
  switch (outcome) {
    case 'waiting':
      return m.links.waiting()
    case 'joined':
      return m.links.member()
    case 'declined':
      return m.links.declined()
    case 'lapsed':
      return m.links.lapsed()
  }
}
