import { createContext } from 'svelte'
import type { AccountId, ConversationId, SearchHit, SearchQuery } from '@/engine/port'
import { words, type Words } from '@/lib/failure'
import type { Engine } from './engine.svelte'

const PAGE = 40

/** A search for messages, everywhere or in one conversation. */
export class Search {
  text = $state('')
  author = $state.raw<AccountId>()
  /** The first and the last day, as moments. */
  from = $state.raw<number>()
  to = $state.raw<number>()

  #hits = $state.raw<readonly SearchHit[]>([])
  #isBusy = $state.raw(false)
  #isComplete = $state.raw(true)
  #failure = $state.raw<Words>()
  /** Grows with each question: an answer to an older one is dropped. */
  #asked = 0
  readonly #engine: Engine
  readonly #conversation: ConversationId | null
  readonly #onfound: (hits: readonly SearchHit[]) => void

  constructor(
    engine: Engine,
    conversation: ConversationId | null,
    onfound: (hits: readonly SearchHit[]) => void,
  ) {
    this.#engine = engine
    this.#conversation = conversation
    this.#onfound = onfound
  }

  get hits(): readonly SearchHit[] {
    return this.#hits
  }
  get isBusy(): boolean {
    return this.#isBusy
  }
  /** Whether all that there is has been found. */
  get isComplete(): boolean {
    return this.#isComplete
  }
  get failure(): Words | undefined {
    return this.#failure
  }
  /** Whether there is anything to look for. */
  get isEmpty(): boolean {
    return (
      this.text.trim() === '' && this.author === undefined && this.from === undefined && this.to === undefined
    )
  }

  /** Looks for what is asked for now. */
  async find(): Promise<void> {
    this.#asked += 1
    if (this.isEmpty) {
      this.#hits = []
      this.#isComplete = true
      this.#isBusy = false
      return
    }
    await this.#read(null)
  }

  async more(): Promise<void> {
    const last = this.#hits.at(-1)
    if (this.#isBusy || this.#isComplete || !last) return
    await this.#read(last.message.row)
  }

  async #read(before: number | null): Promise<void> {
    const asked = this.#asked
    const search: SearchQuery = {
      text: this.text,
      conversation: this.#conversation,
      author: this.author ?? null,
      from: this.from ?? null,
      to: this.to ?? null,
      limit: PAGE,
      before,
    }
    this.#isBusy = true
    this.#failure = undefined
    try {
      const found = await this.#engine.ask({ query: 'search', search })
      if (asked !== this.#asked) return
      this.#hits = before === null ? found : [...this.#hits, ...found]
      this.#isComplete = found.length < PAGE
      this.#onfound(this.#hits)
    } catch (error) {
      if (asked === this.#asked) this.#failure = words(error)
    } finally {
      if (asked === this.#asked) this.#isBusy = false
    }
  }
}

/** Begins searches. */
export class Searches {
  readonly #engine: Engine
  #found: readonly SearchHit[] = []

  constructor(engine: Engine) {
    this.#engine = engine
  }

  begin(conversation: ConversationId | null): Search {
    return new Search(this.#engine, conversation, (hits) => (this.#found = hits))
  }

  /** Where in a message that was found last the first match begins, in characters. */
  placeIn(row: number): number | undefined {
    return this.#found.find((hit) => hit.message.row === row)?.matches[0]?.[0]
  }
}

export const [useSearches, provideSearches] = createContext<Searches>()
