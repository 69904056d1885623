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
  readonly #conversation: ConversationId
  readonly #spot: Spot
  #isClosed = false

  constructor(engine: Engine, conversation: ConversationId, spot: Spot) {
    this.#engine = engine
    this.#conversation = conversation
    this.#spot = spot
  }

  /**
   * Shows the one that stands there as soon as it is found, with all that are newer, and then the older ones, too.
   * False if it is not there any more.
   */
  async open(): Promise<boolean> {
    let all: readonly Seen[] = []
    let isFound = false
    for await (const part of parts(this.#engine, this.#conversation, 'visual')) {
      if (this.#isClosed) return true
      const older = part.filter((one): one is Seen => isVisual(one.attachment))
      all = [...older, ...all]
      const at: number = isFound ? this.index + older.length : older.findIndex((one) => isAt(one, this.#spot))
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
