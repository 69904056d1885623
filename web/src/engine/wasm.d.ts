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
        readonly token: string | undefined
        readonly body: string | undefined
      }
    | {
        readonly effect: 'transfer'
        readonly id: bigint
        readonly method: string
        readonly url: string
        readonly headers: [string, string][]
        readonly part: Part
      }
    | { readonly effect: 'stop_transfer'; readonly id: bigint }
    | { readonly effect: 'check_file'; readonly file: number }
    | { readonly effect: 'erase_file'; readonly file: number }
    | { readonly effect: 'keep_files'; readonly files: number[] }
    | { readonly effect: 'wake'; readonly at: number }
    | { readonly effect: 'done'; readonly id: number; readonly result: string }
    | { readonly effect: 'notice'; readonly notice: string }

  export interface Part {
    readonly way: 'none' | 'send' | 'receive'
    readonly file: number
    readonly at: number
    readonly len: number
  }

  export class FileSealer {
    constructor(size: number)
    free(): void
    push(plain: Uint8Array): Uint8Array<ArrayBuffer>
    finish(): string
  }

  export class FileOpener {
    private constructor()
    free(): void
    size(): number
    open(chunk: number, sealed: Uint8Array): Uint8Array<ArrayBuffer>
  }

  export class FileSource {
    private constructor()
    free(): void
    size(): number
    covering(start: number, end: number): Float64Array
    open(chunk: number, sealed: Uint8Array): Uint8Array<ArrayBuffer>
    url(): string
    headers(): string[]
  }

  export class FileDigest {
    constructor()
    free(): void
    push(bytes: Uint8Array): void
    finish(): Uint8Array<ArrayBuffer>
  }

  export class BrowserEngine {
    private constructor()
    static open(): Promise<BrowserEngine>
    free(): void
    first(): Effect[]
    command(id: number, key: string, command: string): Effect[]
    query(query: string): string
    tick(): Effect[]
    nudge(): Effect[]
    network(metered: boolean): Effect[]
    connected(): Effect[]
    disconnected(): Effect[]
    frame(bytes: Uint8Array): Effect[]
    http(id: bigint, status: number | undefined, body: Uint8Array): Effect[]
    transferred(
      id: bigint,
      status: number | undefined,
      headers: string[],
      body: Uint8Array,
      stored: number | undefined,
    ): Effect[]
    file_checked(file: number, digest: Uint8Array | undefined): Effect[]
    opener(file: number): FileOpener | undefined
    source(file: number): FileSource | undefined
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
