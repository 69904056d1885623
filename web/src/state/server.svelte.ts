import { createContext } from 'svelte'
import { parseServerInfo, type ServerInfo } from '@/lib/server-info'

/** The server that the app came from, asked before anybody has signed in. */
export class Server {
  #info = $state.raw<ServerInfo>()
  #unreachable = $state(false)
  readonly #fetch: typeof fetch
  /** Its address, as the engine wants it. */
  readonly address: string

  constructor(origin: string, fetch: typeof globalThis.fetch) {
    this.address = origin
    this.#fetch = fetch
  }

  /** Undefined until it has answered. */
  get info(): ServerInfo | undefined {
    return this.#info
  }

  /** Whether the last attempt to ask it failed. */
  get unreachable(): boolean {
    return this.#unreachable
  }

  async ask(): Promise<void> {
    this.#unreachable = false
    try {
      const answer = await this.#fetch(`${this.address}/api/v1/server`)
      this.#info = answer.ok ? parseServerInfo(await answer.json()) : undefined
      this.#unreachable = this.#info === undefined
    } catch {
      this.#unreachable = true
    }
  }
}

export const [useServer, provideServer] = createContext<Server>()
