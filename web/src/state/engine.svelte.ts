import { createContext } from 'svelte'
import { createSubscriber } from 'svelte/reactivity'
import type { AnswerTo, Command, EnginePort, EngineStatus, Notice, Outcome, Query } from '@/engine/port'

/** The client engine, for components: what it answers stays up to date by itself. */
export class Engine {
  readonly #port: EnginePort
  readonly #followStatus: () => void

  constructor(port: EnginePort) {
    this.#port = port
    this.#followStatus = createSubscriber((update) => port.onStatus(update))
  }

  /** How the engine is now. */
  get status(): EngineStatus {
    this.#followStatus()
    return this.#port.status
  }

  /** Resolves when the engine has accepted or done it; rejects with an `EngineFailure`. */
  do(command: Command): Promise<Outcome> {
    return this.#port.command(command)
  }

  /** Asks once. */
  ask<Q extends Query>(query: Q): Promise<AnswerTo<Q>> {
    return this.#port.query(query)
  }

  /** Asks, and asks again whenever the answer may be another one, as long as somebody looks at it. */
  live<Q extends Query>(query: Q): Live<AnswerTo<Q>> {
    return new Live(
      this.#port,
      () => this.#port.query(query),
      (notice) => mayChange(query, notice),
    )
  }

  /** Seals a file, which is kept on this device; its number. */
  seal(plain: Blob, told?: (done: number) => void): Promise<number> {
    return this.#port.seal(plain, told)
  }

  /** A file that is on this device. */
  open(file: number): Promise<Blob> {
    return this.#port.open(file)
  }

  /** Hears what has changed; returns how to stop. */
  listen(listener: (notice: Notice) => void): () => void {
    return this.#port.onNotice(listener)
  }

  /** Starts the engine anew after a failure. */
  restart(): void {
    this.#port.restart()
  }

  /** Deletes everything that is kept on this device. */
  erase(): Promise<void> {
    return this.#port.erase()
  }
}

/** The answer to a query, read again when it changes; undefined before the first one. */
export class Live<Answer> {
  #now = $state.raw<Answer>()
  #reading = false
  #stale = false
  readonly #ask: () => Promise<Answer>
  readonly #follow: () => void

  constructor(port: EnginePort, ask: () => Promise<Answer>, mayChange: (notice: Notice) => boolean) {
    this.#ask = ask
    this.#follow = createSubscriber(() => {
      this.#read()
      const stops = [
        port.onNotice((notice) => {
          if (mayChange(notice)) this.#read()
        }),
        port.onStatus((status) => {
          if (status.state === 'ready') this.#read()
        }),
      ]
      return () => {
        for (const stop of stops) stop()
      }
    })
  }

  get now(): Answer | undefined {
    this.#follow()
    return this.#now
  }

  /** One at a time: what changes during a read leads to one more behind it. */
  #read(): void {
    if (this.#reading) {
      this.#stale = true
      return
    }
    this.#reading = true
    this.#stale = false
    this.#ask()
      .then((answer) => {
        this.#now = answer
      })
      // What was shown stays; the engine's status tells what is wrong.
      .catch(() => undefined)
      .finally(() => {
        this.#reading = false
        if (this.#stale) this.#read()
      })
  }
}

function mayChange(query: Query, notice: Notice): boolean {
  switch (query.query) {
    case 'connection':
      return notice.notice === 'connection'
    case 'me':
    case 'phone':
    case 'devices':
    case 'phrase':
    case 'notifications':
    case 'fetching':
    case 'drives':
      return notice.notice === 'me' || notice.notice === 'signed_out'
    case 'stickers':
    case 'pack':
    case 'pack_content':
      // Whether all of an own pack is where others can fetch it, its files tell.
      return notice.notice === 'stickers' || notice.notice === 'file'
    case 'live_shares':
      return notice.notice === 'live_places' || notice.notice === 'timeline'
    case 'folders':
      return notice.notice === 'folders'
    case 'warnings':
      return notice.notice === 'warning'
    case 'people':
      return notice.notice === 'account'
    case 'person':
    case 'person_card':
    case 'safety_number':
    case 'key_history':
      return notice.notice === 'me' || (notice.notice === 'account' && notice.about === query.account)
    case 'conversations':
      return (
        notice.notice === 'conversation' ||
        notice.notice === 'timeline' ||
        notice.notice === 'typing' ||
        notice.notice === 'asks' ||
        notice.notice === 'account'
      )
    case 'conversation':
    case 'members':
      return (
        notice.notice === 'account' ||
        ((notice.notice === 'conversation' || notice.notice === 'timeline') &&
          notice.about === query.conversation) ||
        (notice.notice === 'typing' && notice.about.conversation === query.conversation)
      )
    case 'asks':
      return (
        notice.notice === 'asks' ||
        notice.notice === 'account' ||
        (notice.notice === 'conversation' && notice.about === query.conversation)
      )
    case 'own_asks':
      return notice.notice === 'asks'
    case 'timeline':
    case 'pins':
    case 'row':
      return notice.notice === 'timeline' && notice.about === query.conversation
    case 'message':
    case 'details':
    case 'deeds':
    case 'waiting':
    case 'pending':
    case 'search':
    case 'news':
      return notice.notice === 'timeline' || notice.notice === 'conversation'
    case 'file':
      return notice.notice === 'file' && notice.about === query.file
    case 'file_use':
      return notice.notice === 'file' || notice.notice === 'me'
    case 'shared':
    case 'linked':
      return notice.notice === 'timeline' && notice.about === query.conversation
    case 'estimate':
    case 'drive_call':
    case 'grant_call':
    case 'phrase_questions':
    case 'markup':
    case 'source':
    case 'covered':
    case 'read_cards':
    case 'write_cards':
    case 'safe_link':
      return false
  }
}

export const [useEngine, provideEngine] = createContext<Engine>()
