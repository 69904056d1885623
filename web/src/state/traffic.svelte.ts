import { createContext } from 'svelte'
import type { FetchRules } from '@/engine/port'
import { liesHere } from '@/lib/media'
import type { Engine } from './engine.svelte'

/** Much that is to move over a network that costs by the byte. */
export interface Costly {
  readonly bytes: number
  readonly up: boolean
  /** How long it takes, where that can be told. */
  readonly seconds: number | undefined
}

/** What moves without being asked for, and what is asked before much does. */
export class Traffic {
  #question = $state.raw<Costly>()
  #answer: ((yes: boolean) => void) | undefined
  readonly #engine: Engine

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** What a person is to be asked now. */
  get question(): Costly | undefined {
    return this.#question
  }

  /** Whether so many bytes may move: asks the person where it is much and costs. */
  async allows(bytes: number, up: boolean): Promise<boolean> {
    try {
      const { costly, millis } = await this.#engine.ask({ query: 'estimate', bytes, up })
      if (!costly) return true
      // Whoever wants something else meanwhile wants this no more.
      this.#answer?.(false)
      const seconds = millis === null ? undefined : Math.ceil(millis / 1_000)
      return await new Promise((resolve) => {
        this.#question = { bytes, up, seconds }
        this.#answer = resolve
      })
    } catch {
      // A warning that can't be given holds nothing up.
      return true
    }
  }

  /** Whether a file that is wanted now may come; asks for no more than is not here, and not for what comes already. */
  async allowsFile(file: number, size: number): Promise<boolean> {
    const { at } = (await this.#engine.ask({ query: 'file', file })) ?? {}
    if (liesHere(at) || at?.state === 'moving') return true
    return this.allows(at?.state === 'paused' ? at.total - at.done : size, false)
  }

  /** What the person says; with a yes, whether it holds from now on. */
  answer(yes: boolean, always: boolean): void {
    if (yes && always) void this.rule({ ask: false }).catch(() => undefined)
    this.#question = undefined
    this.#answer?.(yes)
    this.#answer = undefined
  }

  /** Other rules for what comes by itself. */
  async rule(part: Partial<FetchRules>): Promise<void> {
    const { rules } = await this.#engine.ask({ query: 'fetching' })
    await this.#engine.do({ command: 'set_fetch_rules', rules: { ...rules, ...part } })
  }
}

export const [useTraffic, provideTraffic] = createContext<Traffic>()
