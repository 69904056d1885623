import type { Gif } from '@/engine/port'
import type { Engine } from './engine.svelte'

/** A pause in typing after which it is looked. */
const LOOK_AFTER_MS = 400

type Clock = Pick<Window, 'setTimeout' | 'clearTimeout'>

/** Looks for moving pictures, a page after another. */
export class GifSearch {
  #found = $state.raw<readonly Gif[]>([])
  #next = $state.raw<string>()
  #isBusy = $state(false)
  #failure = $state.raw<unknown>()
  #query = ''
  #waiting: number | undefined
  /** Counts what was looked for: an answer to what was looked for before is late. */
  #turn = 0
  readonly #engine: Engine
  readonly #clock: Clock
  readonly #language: string

  constructor(engine: Engine, clock: Clock, language: string) {
    this.#engine = engine
    this.#clock = clock
    this.#language = language
  }

  get found(): readonly Gif[] {
    return this.#found
  }

  /** Whether there is more. */
  get hasMore(): boolean {
    return this.#next !== undefined && this.#next !== ''
  }

  get isBusy(): boolean {
    return this.#isBusy
  }

  get failure(): unknown {
    return this.#failure
  }

  /** Something was typed: after a pause it is looked for it. Empty: what many send now. */
  typed(query: string): void {
    this.#clock.clearTimeout(this.#waiting)
    this.#waiting = this.#clock.setTimeout(() => void this.find(query), LOOK_AFTER_MS)
  }

  async find(query: string): Promise<void> {
    this.#query = query.trim().slice(0, 100)
    await this.#page('')
  }

  async more(): Promise<void> {
    if (!this.hasMore || this.#isBusy) return
    await this.#page(this.#next ?? '')
  }

  async #page(after: string): Promise<void> {
    const turn = ++this.#turn
    this.#isBusy = true
    this.#failure = undefined
    try {
      const command = { command: 'find_gifs', query: this.#query, language: this.#language, after } as const
      const outcome = await this.#engine.do(command)
      if (turn !== this.#turn || outcome.outcome !== 'gifs') return
      const known = after === '' ? [] : this.#found
      const fresh = outcome.page.gifs.filter((gif) => !known.some(({ picture }) => picture === gif.picture))
      this.#found = [...known, ...fresh]
      this.#next = outcome.page.next
    } catch (error) {
      if (turn === this.#turn) this.#failure = error
    } finally {
      if (turn === this.#turn) this.#isBusy = false
    }
  }
}
