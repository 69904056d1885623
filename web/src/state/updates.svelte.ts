import { createContext } from 'svelte'

/** Where a new version of the app comes from. */
export interface UpdateHost {
  /** Hears that one is here and waits. Returns how to stop. */
  onWaiting(listener: () => void): () => void
  /** Lets it take over: every tab of the app loads again. */
  takeOver(): void
}

/** A new version of the app, which waits until the person wants it. */
export class Updates {
  readonly #host: UpdateHost
  #waits = $state(false)

  constructor(host: UpdateHost) {
    this.#host = host
  }

  get waits(): boolean {
    return this.#waits
  }

  /** Hears of new versions until the returned function is called. */
  listen(): () => void {
    return this.#host.onWaiting(() => (this.#waits = true))
  }

  take(): void {
    this.#host.takeOver()
  }

  /** Not now; the next new version is told of again. */
  later(): void {
    this.#waits = false
  }
}

export const [useUpdates, provideUpdates] = createContext<Updates>()
