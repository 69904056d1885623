import type { MessageView } from '@/engine/port'
import { dayOf } from '@/lib/moment'

/** Messages of one person that follow each other within this time stand together. */
const TOGETHER = 5 * 60_000

/** A row as it is drawn: what it shows depends on its neighbours. */
export interface Item {
  readonly message: MessageView
  /** It begins a new day. */
  readonly startsDay: boolean
  /** The "new messages" line stands before it. */
  readonly isFirstNew: boolean
  /** First and last of what one person said together. */
  readonly isFirst: boolean
  readonly isLast: boolean
}

/** Whether who sees this row has read something. What this device can't show, another one may still have to. */
export const isReadable = ({ seq, body }: MessageView): boolean =>
  seq !== null && (body.body === 'text' || body.body === 'deleted')

const stands = (message: MessageView): boolean => message.body.body === 'system'

function belongTogether(one: MessageView, next: MessageView): boolean {
  return (
    !stands(one) &&
    !stands(next) &&
    one.message.a === next.message.a &&
    one.own === next.own &&
    next.at - one.at < TOGETHER &&
    dayOf(one.at) === dayOf(next.at)
  )
}

/**
 * Makes rows of messages. An item that is the same as one of `former` is that very object, so that only what has changed
 * is drawn again.
 */
export function arrange(
  messages: readonly MessageView[],
  readBefore: number,
  former: readonly Item[] = [],
): readonly Item[] {
  const known = new Map(former.map((item): [MessageView, Item] => [item.message, item]))
  const firstNew = messages.findIndex(
    (message) => !message.own && !stands(message) && message.seq !== null && message.seq > readBefore,
  )
  return messages.map((message, index) => {
    const before = messages[index - 1]
    const after = messages[index + 1]
    const startsDay = !before || dayOf(before.at) !== dayOf(message.at)
    // At the very beginning of what is held, the line would stand before what is not known to be the first.
    const isFirstNew = readBefore > 0 && index === firstNew && index > 0
    const item: Item = {
      message,
      startsDay,
      isFirstNew,
      isFirst: isFirstNew || !before || !belongTogether(before, message),
      isLast: !after || !belongTogether(message, after) || index + 1 === firstNew,
    }
    const old = known.get(message)
    return old &&
      old.startsDay === item.startsDay &&
      old.isFirstNew === item.isFirstNew &&
      old.isFirst === item.isFirst &&
      old.isLast === item.isLast
      ? old
      : item
  })
}
