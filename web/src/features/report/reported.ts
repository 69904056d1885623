import type { AccountId, ConversationId, MessageView } from '@/engine/port'

/** What somebody wants to tell the operator of. */
export interface Reported {
  /** Of whom: of a group, its owner. */
  readonly about: AccountId
  /** Where it was. */
  readonly conversation?: ConversationId
  /** The group's title, if it is the group that is reported. */
  readonly group?: string
  /** Messages that the operator is shown. */
  readonly messages?: readonly MessageView[]
}
