import { createContext } from 'svelte'
import type { Toast } from '@/lib/toast'

const SHORT_MS = 4000
/** Long enough to read it, notice, and reach the button. */
const WITH_ACTION_MS = 7000
const MOST = 3

interface Wish {
  readonly text: string
  readonly tone?: Toast['tone']
  readonly action?: Toast['action']
}

/** What the toasts need of `window`. */
export interface Timers {
  setTimeout(run: () => void, ms: number): number
  clearTimeout(id: number | undefined): void
}

/** What the app says in passing. */
export class Toasts {
  #list = $state.raw<readonly Toast[]>([])
  #nextId = 1
  #held = false
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nothing is drawn from it
  readonly #timers = new Map<number, number>()
  readonly #clock: Timers

  constructor(clock: Timers) {
    this.#clock = clock
  }

  get list(): readonly Toast[] {
    return this.#list
  }

  show({ text, tone = 'done', action }: Wish): void {
    const toast: Toast = { id: this.#nextId, text, tone, action }
    this.#nextId += 1
    // The same word twice is the same word: it only stays longer.
    for (const old of this.#list) {
      if (old.text === text && !old.action && !action) this.dismiss(old.id)
    }
    for (const old of this.#list.slice(0, -(MOST - 1))) this.dismiss(old.id)
    this.#list = [...this.#list, toast]
    if (!this.#held) this.#start(toast)
  }

  dismiss(id: number): void {
    this.#clock.clearTimeout(this.#timers.get(id))
    this.#timers.delete(id)
    this.#list = this.#list.filter((toast) => toast.id !== id)
  }

  act(toast: Toast): void {
    this.dismiss(toast.id)
    toast.action?.run()
  }

  /** While the pointer or the focus is on them, none goes away. */
  hold(held: boolean): void {
    this.#held = held
    for (const toast of this.#list) {
      this.#clock.clearTimeout(this.#timers.get(toast.id))
      if (!held) this.#start(toast)
    }
  }

  #start(toast: Toast): void {
    if (toast.tone === 'problem') return
    const ms = toast.action ? WITH_ACTION_MS : SHORT_MS
    this.#timers.set(
      toast.id,
      this.#clock.setTimeout(() => this.dismiss(toast.id), ms),
    )
  }
}

export const [useToasts, provideToasts] = createContext<Toasts>()
