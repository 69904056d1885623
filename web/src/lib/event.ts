import type { AccountId, ConversationKind, SystemEvent } from '@/engine/port'
import { locale, m } from '@/i18n/index.svelte'
import { duration } from './moment'

/** Who people are: their names, and which of them is oneself. */
export interface Names {
  name(account: AccountId): string
  isMe(account: AccountId): boolean
}

/** Something that happened in a conversation, in words. */
export function eventSentence(
  event: SystemEvent,
  actor: AccountId,
  names: Names,
  kind: ConversationKind,
): string {
  const who = names.name(actor)
  const own = names.isMe(actor) ? 'yes' : 'no'
  switch (event.event) {
    case 'created':
      return m.event.created({ own, who, kind })
    case 'added': {
      const others = event.accounts.filter((account) => !names.isMe(account))
      const whom = new Intl.ListFormat(locale()).format(others.map((account) => names.name(account)))
      if (others.length === event.accounts.length) return m.event.added({ own, who, whom })
      return others.length === 0 ? m.event.added_you({ who }) : m.event.added_you_too({ who, whom })
    }
    case 'removed':
      return m.event.removed({ own, who, ...object(event.account, names) })
    case 'left':
      return m.event.left({ own: names.isMe(event.account) ? 'yes' : 'no', who: names.name(event.account) })
    case 'role_changed': {
      const becomes = { owner: m.event.role_owner, admin: m.event.role_admin, member: m.event.role_member }[
        event.role
      ]
      return becomes({ own, who, ...object(event.account, names) })
    }
    case 'handed_over':
      return m.event.handed_over({ own, who, ...object(event.account, names) })
    case 'permissions_changed':
      return m.event.permissions({ own, who })
    case 'title':
      return m.event.title({ own, who, title: event.title })
    case 'description':
      return m.event.description({ own, who })
    case 'picture':
      return event.removed ? m.event.picture_removed({ own, who }) : m.event.picture({ own, who })
    case 'timer': {
      if (event.timer === null) return m.event.timer_off({ own, who })
      const time = duration(event.timer.s)
      return event.timer.f === 'read'
        ? m.event.timer_read({ own, who, time })
        : m.event.timer_sent({ own, who, time })
    }
    case 'pinned':
      return event.on ? m.event.pinned({ own, who }) : m.event.unpinned({ own, who })
    case 'identity_changed':
      return names.isMe(event.account)
        ? m.event.own_identity_changed()
        : m.event.identity_changed({ whom: names.name(event.account) })
    case 'account_deleted':
      return m.event.account_deleted({ who: names.name(event.account) })
    case 'renewed':
      return m.event.renewed()
    case 'joined_here':
      return m.event.joined_here()
    case 'log_forked':
      return m.event.log_forked({ who })
    case 'rule_broken':
      return m.event.rule_broken({ who, reason: event.reason })
  }
}

/** Whom it concerns: languages have words of their own for oneself. */
const object = (account: AccountId, names: Names) => ({
  you: names.isMe(account) ? 'yes' : 'no',
  whom: names.name(account),
})
