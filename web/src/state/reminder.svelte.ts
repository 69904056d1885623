import { createContext } from 'svelte'

const KEY = 'beseda.phrase.later'
const A_DAY = 24 * 60 * 60 * 1000

/** When to ask again whether the recovery phrase was written down: gently, once a day. */
export class Reminder {
  #notBefore = $state(0)
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'> | undefined

  constructor(storage: Pick<Storage, 'getItem' | 'setItem'> | undefined) {
    this.#storage = storage
    try {
      this.#notBefore = Number(storage?.getItem(KEY) ?? 0)
    } catch {
      // A browser that forbids storage: it asks again with each new page.
    }
  }

  due(now: number): boolean {
    // A clock that was wrong must not silence it for years.
    return now >= this.#notBefore || this.#notBefore - now > 2 * A_DAY
  }

  later(now = Date.now()): void {
    this.#notBefore = now + A_DAY
    try {
      this.#storage?.setItem(KEY, String(this.#notBefore))
    } catch {
      // See above.
    }
  }
}

export const [useReminder, provideReminder] = createContext<Reminder>()
