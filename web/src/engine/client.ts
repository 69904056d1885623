// The engine as a tab reaches it, wherever it is. See docs/web-engine.md.

import { type AnswerTo, EngineFailure, type EnginePort, type EngineStatus, type FailedBecause } from './port'
import { forget, leave, take } from './left'
import {
  type Answer,
  type Ask,
  ASKS,
  type Ended,
  NEWS,
  type News,
  type Progress,
  type Result,
  type Start,
  tabChannel,
} from './protocol'
import type { Command, Failure, Notice, Outcome, Query } from './types.gen'

interface Waiting {
  readonly ask: Ask
  readonly resolve: (value: unknown) => void
  readonly reject: (error: EngineFailure) => void
  readonly told?: ((done: number) => void) | undefined
}

export class EngineClient implements EnginePort {
  readonly #tab = unique()
  readonly #asks = new BroadcastChannel(ASKS)
  readonly #news = new BroadcastChannel(NEWS)
  readonly #answers: BroadcastChannel
  readonly #waiting = new Map<number, Waiting>()
  readonly #noticed = new Set<(notice: Notice) => void>()
  readonly #told = new Set<(status: EngineStatus) => void>()
  #ids = 0
  #worker: Worker | undefined
  /** Which owner has been given everything that waits. */
  #owner: string | undefined
  /** The page goes away, is frozen, or kept for the way back; whose engine it was when it fell asleep. */
  #asleep: 'own' | 'others' | undefined
  #persisted = false
  #status: EngineStatus = { state: 'starting' }

  constructor() {
    this.#answers = new BroadcastChannel(tabChannel(this.#tab))
    this.#answers.addEventListener('message', ({ data }: MessageEvent<Answer | Progress>) => {
      if ('done' in data) this.#waiting.get(data.id)?.told?.(data.done)
      else this.#answered(data)
    })
    this.#news.addEventListener('message', ({ data }: MessageEvent<News>) => this.#heard(data))
    this.#listenToThePage()
    this.#start(false)
  }

  get status(): EngineStatus {
    return this.#status
  }

  async command(command: Command): Promise<Outcome> {
    const key = unique()
    const outcome = await this.#ask<Outcome>((id) => ({ ask: 'command', tab: this.#tab, id, key, command }))
    // Somebody lives here now: that is worth asking the browser to keep.
    if (outcome.outcome === 'signed_up' || outcome.outcome === 'signed_in') void this.#persist()
    return outcome
  }

  async query<Q extends Query>(query: Q): Promise<AnswerTo<Q>> {
    const { answer } = await this.#ask<{ answer: AnswerTo<Q> }>((id) => ({
      ask: 'query',
      tab: this.#tab,
      id,
      query,
    }))
    return answer
  }

  async seal(plain: Blob, told?: (done: number) => void): Promise<number> {
    const outcome = await this.#ask<Outcome>((id) => ({ ask: 'seal', tab: this.#tab, id, plain }), told)
    if (outcome.outcome !== 'file') throw new EngineFailure({ kind: 'store' })
    return outcome.file
  }

  open(file: number): Promise<Blob> {
    return this.#ask<Blob>((id) => ({ ask: 'open', tab: this.#tab, id, file }))
  }

  onNotice(listener: (notice: Notice) => void): () => void {
    this.#noticed.add(listener)
    return () => void this.#noticed.delete(listener)
  }

  onStatus(listener: (status: EngineStatus) => void): () => void {
    this.#told.add(listener)
    return () => void this.#told.delete(listener)
  }

  restart(): void {
    if (this.#status.state === 'failed') this.#start(false)
  }

  async erase(): Promise<void> {
    if (this.#status.state === 'failed') {
      onShelf(forget)
      this.#start(true)
    } else await this.#ask((id) => ({ ask: 'erase', tab: this.#tab, id }))
  }

  #ask<T>(make: (id: number) => Ask, told?: (done: number) => void): Promise<T> {
    const id = ++this.#ids
    const ask = make(id)
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { ask, resolve: resolve as (value: unknown) => void, reject, told })
      // Before there is an owner nobody listens; the next one is given everything that waits.
      if (this.#owner !== undefined || this.#asleep === 'others') this.#asks.postMessage(ask)
      // Said while the page goes away.
      this.#leave([ask])
    })
  }

  #answered({ id, result, blob }: Answer): void {
    const waiting = this.#waiting.get(id)
    if (!waiting) return
    this.#waiting.delete(id)
    const answer = JSON.parse(result) as Result<unknown, Failure>
    if ('Ok' in answer) waiting.resolve(blob ?? answer.Ok)
    else waiting.reject(new EngineFailure(answer.Err))
  }

  #heard(news: News): void {
    switch (news.news) {
      case 'owner': {
        this.#owned(news.owner, news.tab, news.full)
        return
      }
      case 'notice': {
        const notice = JSON.parse(news.notice) as Notice
        for (const listener of [...this.#noticed]) listener(notice)
        return
      }
      case 'erased':
        this.#waiting.clear()
        onShelf(forget)
        location.reload()
    }
  }

  #owned(owner: string, tab: string, full: boolean): void {
    if (this.#asleep) return
    const isNew = this.#owner !== owner
    this.#owner = owner
    // This tab's worker has ended, and another one has the engine: be ready to follow it.
    if (!this.#worker) this.#launch(false)
    const status = { state: 'ready', owner: tab === this.#tab, persisted: this.#persisted } as const
    // In the order of the calls. What the former owner had done already, the engine knows.
    const waiting = isNew ? [...this.#waiting.values()] : []
    if (isNew && status.owner) this.#askWhatWasLeft()
    for (const { ask } of waiting) this.#asks.postMessage(ask)
    // Told even if nothing else is new: notices may have been missed in between.
    this.#become(full ? { ...status, full: true } : status, isNew)
    if (isNew) void this.#persistIfSignedIn()
  }

  /** Who wanted to know the answer is gone. */
  #askWhatWasLeft(): void {
    for (const { key, command } of onShelf((shelf) => take(shelf, Date.now())) ?? []) {
      void this.#ask((id) => ({ ask: 'command', tab: this.#tab, id, key, command })).catch(() => undefined)
    }
  }

  /** Another tab's engine hears everything; one's own ends with the page. */
  #leave(asks: readonly Ask[]): void {
    if (this.#asleep !== 'own') return
    const commands = asks.flatMap((ask) => (ask.ask === 'command' ? [ask] : []))
    const left = commands.map(({ key, command }) => ({ key, command }))
    onShelf((shelf) => leave(shelf, left, Date.now()))
  }

  #become(status: EngineStatus, always = false): void {
    if (!always && JSON.stringify(status) === JSON.stringify(this.#status)) return
    this.#status = status
    for (const listener of [...this.#told]) listener(status)
  }

  #fail(reason: FailedBecause, detail: string): void {
    this.#owner = undefined
    this.#become({ state: 'failed', reason, detail })
    // Another tab may have the engine, or be about to.
    this.#hello()
  }

  #start(erase: boolean): void {
    this.#stop()
    this.#become({ state: 'starting' })
    const missing = whatIsMissing()
    if (missing) {
      this.#become({ state: 'failed', reason: missing, detail: missing })
      return
    }
    this.#launch(erase)
    this.#hello()
  }

  #hello(): void {
    this.#asks.postMessage({ ask: 'hello' } satisfies Ask)
  }

  #launch(erase: boolean): void {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
    this.#worker = worker
    worker.addEventListener('message', ({ data }: MessageEvent<Ended>) => {
      if (this.#worker !== worker) return
      this.#worker = undefined
      this.#fail(data.reason, data.detail)
    })
    worker.addEventListener('error', (event) => {
      if (this.#worker !== worker) return
      this.#stop()
      // Without a message it is the script that did not come.
      this.#fail(event.message ? 'crashed' : 'not_loaded', event.message)
    })
    worker.postMessage({ tab: this.#tab, erase } satisfies Start)
  }

  #stop(): void {
    this.#worker?.terminate()
    this.#worker = undefined
    this.#owner = undefined
  }

  #listenToThePage(): void {
    const nudge = (): void => this.#asks.postMessage({ ask: 'nudge' } satisfies Ask)
    addEventListener('online', nudge)
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') nudge()
    })
    // A page that is put to sleep must not take the engine with it.
    const sleep = (): void => {
      const isOthers = this.#status.state === 'ready' && !this.#status.owner
      this.#asleep ??= isOthers ? 'others' : 'own'
      this.#leave([...this.#waiting.values()].map(({ ask }) => ask))
      this.#stop()
      this.#become({ state: 'starting' })
    }
    const wake = (): void => {
      this.#asleep = undefined
      if (!this.#worker) this.#start(false)
    }
    document.addEventListener('freeze', sleep)
    document.addEventListener('resume', wake)
    addEventListener('pagehide', () => {
      this.#asks.postMessage({ ask: 'goodbye', tab: this.#tab } satisfies Ask)
      sleep()
    })
    addEventListener('pageshow', (event) => {
      if (event.persisted) wake()
    })
  }

  async #persistIfSignedIn(): Promise<void> {
    if (this.#persisted) return
    const me = await this.query({ query: 'me' }).catch(() => null)
    if (me) await this.#persist()
  }

  async #persist(): Promise<void> {
    this.#persisted = await navigator.storage.persist().catch(() => false)
    if (this.#status.state === 'ready') this.#become({ ...this.#status, persisted: this.#persisted })
  }
}

/** 128 random bits; `randomUUID` is not there on an insecure origin, where this class has to say so. */
const unique = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  )

/** Nothing where the browser forbids to keep anything, or has no room: then a quick reload may lose something. */
function onShelf<T>(act: (shelf: Storage) => T): T | undefined {
  try {
    return act(localStorage)
  } catch {
    return undefined
  }
}

/** What can be said without trying. */
function whatIsMissing(): FailedBecause | undefined {
  if (!isSecureContext) return 'insecure_origin'
  const has = (name: string): boolean => name in globalThis
  if (!has('WebAssembly') || !has('Worker') || !('locks' in navigator)) return 'unsupported'
  if (!('storage' in navigator) || !('getDirectory' in navigator.storage)) return 'unsupported'
  return undefined
}
