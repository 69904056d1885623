import type { ConversationId, SharedKind, SharedView } from '@/engine/port'
import type { Engine } from './engine.svelte'

/** So much is asked for in one go. */
const PAGE = 200

/** Where something stands in a conversation. Its file does not tell: the same photo may be there many times. */
export type Spot = Pick<SharedView, 'row' | 'place'>

export const isAt = (one: Spot, other: Spot): boolean => one.row === other.row && one.place === other.place

/** What was sent in a conversation, from the newest part of it to the oldest; each part is in the conversation's order. */
export async function* parts(
  engine: Engine,
  conversation: ConversationId,
  kind: SharedKind,
): AsyncGenerator<readonly SharedView[]> {
  let before: [number, number] | null = null
  for (;;) {
    const page: readonly SharedView[] = await engine.ask({
      query: 'shared',
      conversation,
      kind,
      name: '',
      before,
      limit: PAGE,
    })
    yield page.toReversed()
    const oldest = page.at(-1)
    if (!oldest || page.length < PAGE) return
    before = [oldest.row, oldest.place]
  }
}
