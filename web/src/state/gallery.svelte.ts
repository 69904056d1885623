import type { ConversationId, SharedView } from '@/engine/port'
import { isVisual, type Visual } from '@/lib/media'
import type { Engine } from './engine.svelte'
import { isAt, parts, type Spot } from './shared'

type Seen = SharedView & { readonly attachment: Visual }

/** The photos and films of a conversation, oldest first, looked through from one of them. */
export class Gallery {
  all = $state.raw<readonly Seen[]>([])
  /** The one that is looked at. */
  index = $state(0)
  readonly #engine: Engine
  #isClosed = false

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /**
   * Shows the one that stands at `spot` as soon as it is found, with all that are newer, and then the older ones, too.
   * False if it is not there any more.
   */
  async open(conversation: ConversationId, spot: Spot): Promise<boolean> {
    let all: readonly Seen[] = []
    let isFound = false
    for await (const part of parts(this.#engine, conversation, 'visual')) {
      if (this.#isClosed) return true
      const older = part.filter((one): one is Seen => isVisual(one.attachment))
      all = [...older, ...all]
      const at: number = isFound ? this.index + older.length : older.findIndex((one) => isAt(one, spot))
      isFound = at >= 0
      if (!isFound) continue
      this.all = all
      this.index = at
    }
    return isFound
  }

  /** Nothing more is looked for. */
  close(): void {
    this.#isClosed = true
  }
}
