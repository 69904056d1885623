import { createContext } from 'svelte'
import type { FetchRules } from '@/engine/port'
import type { Engine } from './engine.svelte'
import type { DeviceSettings } from './settings.svelte'

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
  readonly #settings: DeviceSettings

  constructor(engine: Engine, settings: DeviceSettings) {
    this.#engine = engine
    this.#settings = settings
  }

  /** What a person is to be asked now. */
  get question(): Costly | undefined {
    return this.#question
  }

  /** Whether so many bytes may move: asks the person where it is much and costs. */
  async allows(bytes: number, up: boolean): Promise<boolean> {
    if (!this.#settings.current.askCostly) return true
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

  /** What the person says; with a yes, whether it holds from now on. */
  answer(yes: boolean, always: boolean): void {
    if (yes && always) this.#settings.change({ askCostly: false })
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
