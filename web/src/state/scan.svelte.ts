import { createContext } from 'svelte'

/** What is done with a code that was read: what is wrong with it, if it is not what was wanted. */
export type OnRead = (text: string) => string | undefined

/** The scanner, wanted by many places and shown in one. */
export class Scan {
  #onread = $state.raw<OnRead>()

  get wanted(): OnRead | undefined {
    return this.#onread
  }

  start(onread: OnRead): void {
    this.#onread = onread
  }

  stop(): void {
    this.#onread = undefined
  }
}

export const [useScan, provideScan] = createContext<Scan>()
