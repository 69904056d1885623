// What the worker calls, for a checkout in which `cargo xtask web` has not built it yet. Where it is built, the types that
// wasm-bindgen has written count.
declare module '*/wasm/engine.js' {
  export type Effect =
    | { readonly effect: 'connect'; readonly url: string }
    | { readonly effect: 'disconnect' }
    | { readonly effect: 'send'; readonly frame: Uint8Array<ArrayBuffer> }
    | {
        readonly effect: 'http'
        readonly id: bigint
        readonly method: string
        readonly url: string
        readonly body: string | undefined
      }
    | { readonly effect: 'wake'; readonly at: number }
    | { readonly effect: 'done'; readonly id: number; readonly result: string }
    | { readonly effect: 'notice'; readonly notice: string }

  export class BrowserEngine {
    private constructor()
    static open(): Promise<BrowserEngine>
    free(): void
    first(): Effect[]
    command(id: number, key: string, command: string): Effect[]
    query(query: string): string
    tick(): Effect[]
    nudge(): Effect[]
    connected(): Effect[]
    disconnected(): Effect[]
    frame(bytes: Uint8Array): Effect[]
    http(id: bigint, status: number | undefined, body: Uint8Array): Effect[]
  }

  export class Look {
    constructor(database: Uint8Array, journal: Uint8Array | undefined, token: string, minute: number)
    free(): void
    question(): string | undefined
    answer(status: number, body: Uint8Array): void
    news(): string | undefined
  }

  export function start(): void
  export function erase(): Promise<void>
  export default function init(options: { module_or_path: string | Response }): Promise<unknown>
}
