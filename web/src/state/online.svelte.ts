import { createContext } from 'svelte'
import { createSubscriber } from 'svelte/reactivity'

/** Whether the browser has a network at all. "Yes" does not mean that the server can be reached. */
export class Online {
  readonly #host: Window
  readonly #follow: () => void

  constructor(host: Window) {
    this.#host = host
    this.#follow = createSubscriber((update) => {
      host.addEventListener('online', update)
      host.addEventListener('offline', update)
      return () => {
        host.removeEventListener('online', update)
        host.removeEventListener('offline', update)
      }
    })
  }

  get now(): boolean {
    this.#follow()
    return this.#host.navigator.onLine
  }
}

export const [useOnline, provideOnline] = createContext<Online>()
