// Drives the engine: what happens goes in, what is to be done comes out and is done. There are no rules here.

import type { BrowserEngine, Effect, FileSource, Part as FilePart } from './wasm/engine.js'
import { erase } from './wasm/engine.js'
import { isMetered, type Connection } from '@/lib/network'
import { end } from './ended'
import { eraseFiles, Files } from './files'
import {
  type Answer,
  type Ask,
  ASKS,
  type News,
  NEWS,
  type Part,
  type Progress,
  type Result,
  tabChannel,
} from './protocol'
import type { Command, Failure, FileView, Outcome, Sealed } from './types.gen'

const SUBPROTOCOL = 'beseda.v1.cbor'

/** An answer that does not come within this time does not come. */
const HTTP_TIMEOUT_MS = 30_000

/** Timers are looked at again at least so often: the clock may have been set meanwhile. */
const LONGEST_WAIT_MS = 60 * 60 * 1000

/** A portion of a file that has not moved within this time does not arrive. */
const TRANSFER_TIMEOUT_MS = 120_000

/** Headers of answers that the engine listens to. */
const HEARD = ['location', 'upload-offset']

const FAILED = '{"Err":{"kind":"store"}}'
const DONE = '{"Ok":null}'
const NOT_HERE = '{"Err":{"kind":"not_found"}}'

/** Less room than this is none. */
const NO_ROOM = 1024 * 1024

interface Running {
  readonly tab: string
  readonly id: number
  readonly key: string
}

export class Owner {
  readonly #id = crypto.randomUUID()
  readonly #tab: string
  readonly #engine: BrowserEngine
  readonly #asks = new BroadcastChannel(ASKS)
  readonly #news = new BroadcastChannel(NEWS)
  readonly #tabs = new Map<string, BroadcastChannel>()
  /** Commands that have not ended, by the engine's number. */
  readonly #running = new Map<number, Running>()
  /** What this worker itself has asked of the engine. */
  readonly #own = new Map<number, (result: string) => void>()
  readonly #files = new Files()
  readonly #transfers = new Map<bigint, AbortController>()
  #commands = 0
  #socket: WebSocket | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #full = false

  constructor(tab: string, engine: BrowserEngine) {
    this.#tab = tab
    this.#engine = engine
  }

  /** Serves all tabs until the worker ends. */
  run(): Promise<never> {
    this.#asks.addEventListener('message', ({ data }: MessageEvent<Ask>) => this.#asked(data))
    addEventListener('offline', () => this.#drop())
    this.#step((engine) => engine.first())
    this.#followNetwork()
    this.#announce()
    return new Promise<never>(() => undefined)
  }

  /** Tells the engine what kind of network this is, where the browser knows. */
  #followNetwork(): void {
    const { connection }: Navigator & { readonly connection?: Connection } = navigator
    const tell = (): void => {
      const metered = isMetered(connection)
      if (metered !== undefined) this.#step((engine) => engine.network(metered))
    }
    tell()
    connection?.addEventListener('change', tell)
  }

  #announce(): void {
    this.#tell({ news: 'owner', owner: this.#id, tab: this.#tab, full: this.#full })
  }

  #tell(news: News): void {
    this.#news.postMessage(news)
  }

  #answer(tab: string, id: number, result: string, blob?: Blob): void {
    const answer: Answer = blob ? { id, result, blob } : { id, result }
    this.#to(tab).postMessage(answer)
  }

  #to(tab: string): BroadcastChannel {
    let channel = this.#tabs.get(tab)
    if (!channel) {
      channel = new BroadcastChannel(tabChannel(tab))
      this.#tabs.set(tab, channel)
    }
    return channel
  }

  #asked(ask: Ask): void {
    switch (ask.ask) {
      case 'hello': {
        this.#announce()
        return
      }
      case 'goodbye':
        this.#tabs.get(ask.tab)?.close()
        this.#tabs.delete(ask.tab)
        return
      case 'nudge': {
        this.#step((engine) => engine.nudge())
        return
      }
      case 'query': {
        this.#query(ask.tab, ask.id, JSON.stringify(ask.query))
        return
      }
      case 'command': {
        this.#command(ask.tab, ask.id, ask.key, JSON.stringify(ask.command))
        return
      }
      case 'seal':
        void this.#seal(ask.tab, ask.id, ask.plain)
        return
      case 'open':
        void this.#open(ask.tab, ask.id, ask.file)
        return
      case 'read':
        void this.#read(ask.tab, ask.id, ask.file, ask.start, ask.end)
        return
      case 'erase': {
        this.#erase(ask.tab, ask.id)
        return
      }
    }
  }

  #query(tab: string, id: number, query: string): void {
    this.#try(
      () => this.#answer(tab, id, this.#engine.query(query)),
      () => this.#answer(tab, id, FAILED),
    )
  }

  #command(tab: string, id: number, key: string, command: string): void {
    // Asked again while it is being done: the answer will come.
    if ([...this.#running.values()].some((running) => running.key === key)) return
    const number = ++this.#commands
    this.#running.set(number, { tab, id, key })
    this.#step(
      (engine) => engine.command(number, key, command),
      () => this.#answer(tab, id, FAILED),
    )
  }

  async #seal(tab: string, id: number, plain: Blob): Promise<void> {
    try {
      const begun = JSON.parse(await this.#do({ command: 'begin_file' })) as Result<Outcome, Failure>
      if (!('Ok' in begun) || begun.Ok.outcome !== 'file') {
        this.#answer(tab, id, JSON.stringify(begun))
        return
      }
      const { file } = begun.Ok
      const told = (done: number): void => {
        const progress: Progress = { id, done }
        this.#to(tab).postMessage(progress)
      }
      const sealed = JSON.parse(await this.#files.seal(file, plain, told)) as Sealed
      this.#answer(tab, id, await this.#do({ command: 'finish_file', file, sealed }))
    } catch {
      // No room, or a file that has changed or gone since it was chosen.
      this.#answer(tab, id, FAILED)
      void this.#measure()
    }
  }

  async #open(tab: string, id: number, file: number): Promise<void> {
    try {
      const opener = this.#engine.opener(file)
      if (!opener) {
        this.#answer(tab, id, NOT_HERE)
        return
      }
      try {
        this.#answer(tab, id, DONE, await this.#files.open(file, opener))
      } finally {
        opener.free()
      }
    } catch {
      this.#answer(tab, id, FAILED)
    }
  }

  async #read(tab: string, id: number, file: number, start: number, end: number): Promise<void> {
    let source: FileSource | undefined
    try {
      source = this.#engine.source(file)
      if (!source) {
        this.#answer(tab, id, NOT_HERE)
        return
      }
      const size = source.size()
      const last = Math.min(end, size)
      const bytes = await this.#files.part(file, source, start, last, () => this.#isComing(file))
      const part: Part = { start, size }
      this.#answer(tab, id, JSON.stringify({ Ok: part }), new Blob([bytes]))
    } catch {
      this.#answer(tab, id, FAILED)
    } finally {
      source?.free()
    }
  }

  /** Whether a file is being fetched just now. */
  #isComing(file: number): boolean {
    const { answer } = (
      JSON.parse(this.#engine.query(JSON.stringify({ query: 'file', file }))) as {
        Ok: { answer: FileView | null }
      }
    ).Ok
    return answer?.at.state === 'moving' && !answer.at.up
  }

  /** A command of this worker's own. */
  #do(command: Command): Promise<string> {
    const number = ++this.#commands
    return new Promise((resolve) => {
      this.#own.set(number, resolve)
      this.#step((engine) =>
        engine.command(number, crypto.randomUUID().replaceAll('-', ''), JSON.stringify(command)),
      )
    })
  }

  #erase(tab: string, id: number): void {
    this.#connect(undefined)
    clearTimeout(this.#timer)
    this.#asks.close()
    this.#engine.free()
    erase()
      .then(eraseFiles)
      .then(
        () => {
          this.#answer(tab, id, DONE)
          this.#tell({ news: 'erased' })
          self.close()
        },
        (error: unknown) => end(error),
      )
  }

  #step(act: (engine: BrowserEngine) => Effect[], stopped?: () => void): void {
    this.#try(() => {
      for (const effect of act(this.#engine)) this.#carryOut(effect)
    }, stopped)
  }

  /** What makes the engine stop must not be asked of the next one: `stopped` answers it. */
  #try(act: () => void, stopped?: () => void): void {
    try {
      act()
    } catch (error) {
      stopped?.()
      end(error)
    }
  }

  #carryOut(effect: Effect): void {
    switch (effect.effect) {
      case 'connect': {
        this.#connect(effect.url)
        return
      }
      case 'disconnect': {
        this.#connect(undefined)
        return
      }
      case 'send':
        // A socket that has just ended reports so itself.
        if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(effect.frame)
        return
      case 'http':
        void this.#http(effect)
        return
      case 'transfer':
        void this.#transfer(effect.id, effect.method, effect.url, effect.headers, effect.part)
        return
      case 'stop_transfer':
        this.#transfers.get(effect.id)?.abort()
        return
      case 'check_file':
        void this.#check(effect.file)
        return
      case 'erase_file':
        void this.#files.erase(effect.file)
        return
      case 'keep_files':
        void this.#files.keepOnly(effect.files)
        return
      case 'wake': {
        this.#wake(effect.at)
        return
      }
      case 'done': {
        this.#done(effect.id, effect.result)
        return
      }
      case 'notice': {
        this.#tell({ news: 'notice', notice: effect.notice })
        return
      }
    }
  }

  #connect(url: string | undefined): void {
    const former = this.#socket
    this.#socket = undefined
    former?.close()
    if (url === undefined) return
    let socket: WebSocket
    try {
      socket = new WebSocket(url, SUBPROTOCOL)
    } catch {
      // An address that a browser does not dial from this page. The engine hears of it after this step.
      setTimeout(() => this.#step((engine) => engine.disconnected()))
      return
    }
    socket.binaryType = 'arraybuffer'
    this.#socket = socket
    // What an earlier socket still tells is not listened to.
    const heard = (act: (engine: BrowserEngine) => Effect[]): void => {
      if (this.#socket === socket) this.#step(act)
    }
    socket.addEventListener('open', () => heard((engine) => engine.connected()))
    socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (data instanceof ArrayBuffer) heard((engine) => engine.frame(new Uint8Array(data)))
    })
    socket.addEventListener('close', () =>
      heard((engine) => {
        this.#socket = undefined
        return engine.disconnected()
      }),
    )
  }

  /** There is no network: nobody is heard, though a socket may notice that much later. */
  #drop(): void {
    const lost = this.#socket
    this.#socket = undefined
    lost?.close()
    if (lost) this.#step((engine) => engine.disconnected())
  }

  async #http({ id, method, url, token, body }: Extract<Effect, { effect: 'http' }>): Promise<void> {
    let status: number | undefined
    let bytes = new Uint8Array()
    try {
      const response = await fetch(url, {
        method,
        body: body ?? null,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        credentials: 'omit',
        cache: 'no-store',
        redirect: 'error',
        signal: AbortSignal.timeout(HTTP_TIMEOUT_MS),
      })
      bytes = new Uint8Array(await response.arrayBuffer())
      status = response.status
    } catch {
      // Without a status the engine knows that nobody answered.
    }
    this.#step((engine) => engine.http(id, status, bytes))
  }

  async #transfer(
    id: bigint,
    method: string,
    url: string,
    headers: [string, string][],
    part: FilePart,
  ): Promise<void> {
    const stop = new AbortController()
    this.#transfers.set(id, stop)
    let status: number | undefined
    let stored: number | undefined
    let bytes = new Uint8Array()
    const heard: string[] = []
    try {
      const response = await fetch(url, {
        method,
        headers,
        body: part.way === 'send' ? await this.#files.read(part) : null,
        credentials: 'omit',
        cache: 'no-store',
        redirect: 'error',
        signal: AbortSignal.any([stop.signal, AbortSignal.timeout(TRANSFER_TIMEOUT_MS)]),
      })
      bytes = new Uint8Array(await response.arrayBuffer())
      for (const name of HEARD) {
        const value = response.headers.get(name)
        if (value !== null) heard.push(name, value)
      }
      status = response.status
      if (part.way === 'receive' && response.ok && bytes.length <= part.len) {
        stored = await this.#files.write(part.file, part.at, bytes).catch(() => {
          void this.#measure()
          return undefined
        })
        bytes = new Uint8Array()
      }
    } catch {
      // Without a status the engine knows that nothing has moved.
    }
    this.#transfers.delete(id)
    if (part.way === 'receive' && stored === undefined) this.#files.grown(part.file)
    if (!stop.signal.aborted) this.#step((engine) => engine.transferred(id, status, heard, bytes, stored))
  }

  async #check(file: number): Promise<void> {
    const digest = await this.#files.digest(file)
    this.#step((engine) => engine.file_checked(file, digest))
  }

  #wake(at: number): void {
    clearTimeout(this.#timer)
    const wait = Math.min(Math.max(at - Date.now(), 0), LONGEST_WAIT_MS)
    this.#timer = setTimeout(() => this.#step((engine) => engine.tick()), wait)
  }

  #done(number: number, result: string): void {
    this.#own.get(number)?.(result)
    this.#own.delete(number)
    const running = this.#running.get(number)
    this.#running.delete(number)
    if (running) this.#answer(running.tab, running.id, result)
    if (result === FAILED) void this.#measure()
    else if (this.#full) this.#setFull(false)
  }

  /** The database has failed: is it that there is no room? */
  async #measure(): Promise<void> {
    const { quota = Infinity, usage = 0 } = await navigator.storage.estimate()
    this.#setFull(quota - usage < NO_ROOM)
  }

  #setFull(full: boolean): void {
    if (this.#full === full) return
    this.#full = full
    this.#announce()
  }
}
