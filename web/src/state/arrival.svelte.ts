import { createContext } from 'svelte'
import { href, parse, type Route } from '@/lib/route'

const KEY = 'beseda.arrival'

/** What somebody came here for before they had an account, as by a link that they were sent. Kept until they have one, also
 * when the page is loaded anew meanwhile; another tab knows nothing of it. */
export class Arrival {
  #wanted = $state.raw<Route>()
  readonly #storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined

  constructor(storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined) {
    this.#storage = storage
    try {
      const kept = storage?.getItem(KEY)
      if (kept) this.#wanted = parse(kept)
    } catch {
      // A browser that forbids storage: it is kept as long as the page.
    }
  }

  get wanted(): Route | undefined {
    return this.#wanted
  }

  /** The invitation to this server that they were sent. */
  get invitation(): string | undefined {
    return this.#wanted?.at === 'invitation' ? this.#wanted.token : undefined
  }

  keep(route: Route): void {
    this.#wanted = route
    try {
      this.#storage?.setItem(KEY, href(route))
    } catch {
      // See above.
    }
  }

  /** Where to go now that they are here; told once. */
  take(): Route | undefined {
    const wanted = this.#wanted
    this.#wanted = undefined
    try {
      this.#storage?.removeItem(KEY)
    } catch {
      // See above.
    }
    return wanted?.at === 'invitation' ? undefined : wanted
  }
}

export const [useArrival, provideArrival] = createContext<Arrival>()
