import { createContext } from 'svelte'
import type { ConnectionState, Me, Warning } from '@/engine/port'
import type { Engine, Live } from './engine.svelte'

/** Who is here, and how things stand between this device and the server. */
export class Session {
  readonly #me: Live<Me | null>
  readonly #connection: Live<ConnectionState>
  readonly #phrase: Live<string | null>
  readonly #warnings: Live<Warning[]>

  readonly #isVacant: boolean

  /** @param isVacant nobody has ever been here, so that one need not wait for the engine to say so */
  constructor(engine: Engine, isVacant: boolean) {
    this.#isVacant = isVacant
    this.#me = engine.live({ query: 'me' })
    this.#connection = engine.live({ query: 'connection' })
    this.#phrase = engine.live({ query: 'phrase' })
    this.#warnings = engine.live({ query: 'warnings' })
  }

  /** Null while nobody has joined; undefined while that is not known. */
  get me(): Me | null | undefined {
    return this.#me.now === undefined && this.#isVacant ? null : this.#me.now
  }

  get connection(): ConnectionState | undefined {
    return this.#connection.now
  }

  /** The recovery phrase, until it is confirmed to be written down. */
  get phrase(): string | null | undefined {
    return this.#phrase.now
  }

  /** What people must know and nobody has acknowledged. */
  get warnings(): readonly Warning[] {
    return this.#warnings.now ?? []
  }
}

export const [useSession, provideSession] = createContext<Session>()
