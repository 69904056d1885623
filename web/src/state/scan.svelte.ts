import { createContext } from 'svelte'

/** What is done with a code that was read: what is wrong with it, if it is not what was wanted. */
export type OnRead = (text: string) => string | undefined

/** The scanner, wanted by many places and shown in one. */
export class Scan {
  #onread = $state.raw<OnRead>()
  #seen: string | undefined

  get wanted(): OnRead | undefined {
    return this.#onread
  }

  start(onread: OnRead): void {
    this.#onread = onread
  }

  stop(): void {
    this.#onread = undefined
  }

  /** The camera has read this: it was there to be seen, not sent by somebody. */
  see(text: string): void {
    this.#seen = text.trim()
  }

  /** Whether this is what the camera has read last. */
  wasSeen(text: string): boolean {
    return this.#seen === text
  }
}

export const [useScan, provideScan] = createContext<Scan>()
