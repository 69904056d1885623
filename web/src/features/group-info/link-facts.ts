import type { GroupLinkView } from '@/engine/port'
import { m } from '@/i18n/index.svelte'
import type { Names } from '@/lib/event'
import { dated } from '@/lib/moment'

/** What a link allows, and whose it is. */
export function linkFacts(link: GroupLinkView, names: Names): string {
  const facts = [
    names.isMe(link.by) ? m.links.by_you() : m.links.by({ name: names.name(link.by) }),
    link.expires_at === null ? m.links.without_end() : m.links.until({ when: dated(link.expires_at) }),
    ...(link.left === null ? [] : [m.links.left({ count: link.left })]),
  ]
  return facts.join(' · ')
}
