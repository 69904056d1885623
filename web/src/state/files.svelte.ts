import { createContext } from 'svelte'
import { createSubscriber } from 'svelte/reactivity'
import { PLAYED } from '@/engine/part'
import { EngineFailure, type AttachmentView, type FileState, type FileView } from '@/engine/port'
import { firstFrame, isCalm } from '@/lib/first-frame'
import { isFilm, isGif } from '@/lib/media'
import type { Engine, Live } from './engine.svelte'

/** So many opened files are remembered; those that somebody looks at beyond that. */
const MOST = 200

/** Files of this device: where they are, and addresses by which they are shown. */
export class Files {
  readonly #engine: Engine
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- what is in it is reactive itself
  readonly #shown = new Map<number, Shown>()

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** Where a file is; undefined before it is known. */
  at(file: number): FileState | undefined {
    return this.#of(file).at
  }

  /** An address to show it by, once it is here. */
  url(file: number): string | undefined {
    return this.#of(file).url
  }

  /** An address of what is seen of it while nothing moves: the photo itself, or what a film begins with. */
  still(attachment: AttachmentView): string | undefined {
    const file = isFilm(attachment) ? attachment.cover : attachment.file
    if (file === null) return undefined
    return isGif(attachment) && isCalm() ? this.#of(file).frame : this.url(file)
  }

  /**
   * An address to play it from at once, be it here or not; undefined where the browser can't do that: then it is to be
   * fetched first. What is played is fetched as well.
   */
  stream(file: number, type: string): string | undefined {
    // Without the service worker nobody answers.
    if (!('serviceWorker' in navigator) || !navigator.serviceWorker.controller) return undefined
    return `${PLAYED}${String(file)}?type=${encodeURIComponent(type)}`
  }

  /** An address to play it from: at once where the browser can do that, else when all of it is here. */
  async playable(file: number, type: string): Promise<string> {
    const { at } = (await this.#engine.ask({ query: 'file', file })) ?? {}
    const stream = at?.state === 'here' ? undefined : this.stream(file, type)
    if (at?.state === 'elsewhere' || at?.state === 'failed') await this.fetch(file)
    if (at?.state === 'paused' && !at.up) await this.resume(file)
    return stream ?? (await this.#whenHere(file))
  }

  /** Fetches it and waits until all of it is here, without opening it; false if somebody gives it up meanwhile. */
  async ready(file: number): Promise<boolean> {
    const { at } = (await this.#engine.ask({ query: 'file', file })) ?? {}
    if (at?.state === 'here') return true
    if (at?.state === 'paused') await this.resume(file)
    else if (at?.state !== 'moving') await this.fetch(file)
    return new Promise((resolve, reject) => {
      const stop = $effect.root(() => {
        let wasMoving = false
        $effect(() => {
          const now = this.at(file)
          wasMoving ||= now?.state === 'moving'
          if (now?.state === 'here') resolve(true)
          else if (now?.state === 'failed') reject(new EngineFailure(now.why))
          else if (wasMoving && now?.state === 'elsewhere') resolve(false)
          else return
          queueMicrotask(stop)
        })
      })
    })
  }

  #whenHere(file: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const stop = $effect.root(() => {
        $effect(() => {
          const at = this.at(file)
          const url = this.url(file)
          if (url !== undefined) resolve(url)
          else if (at?.state === 'failed') reject(new EngineFailure(at.why))
          else return
          queueMicrotask(stop)
        })
      })
    })
  }

  /** The file itself, under the name and of the type that it shall have. */
  async open(file: number, name: string, type: string): Promise<File> {
    return new File([await this.#engine.open(file)], name, { type })
  }

  /** The same, fetched first where it is not here yet. */
  async fetched(file: number, name: string, type: string): Promise<File> {
    const { at } = (await this.#engine.ask({ query: 'file', file })) ?? {}
    if (at?.state === 'elsewhere' || at?.state === 'failed') await this.fetch(file)
    if (at?.state === 'paused' && !at.up) await this.resume(file)
    await this.#whenHere(file)
    return this.open(file, name, type)
  }

  /** Has it fetched, again if that failed. */
  fetch(file: number): Promise<unknown> {
    return this.#engine.do({ command: 'fetch_file', file })
  }

  pause(file: number): Promise<unknown> {
    return this.#engine.do({ command: 'pause_file', file })
  }

  resume(file: number): Promise<unknown> {
    return this.#engine.do({ command: 'resume_file', file })
  }

  cancel(file: number): Promise<unknown> {
    return this.#engine.do({ command: 'cancel_fetch', file })
  }

  #of(file: number): Shown {
    let shown = this.#shown.get(file)
    if (shown) this.#shown.delete(file)
    else shown = madeApart(() => new Shown(this.#engine, file))
    // Behind the others: what was looked at last is forgotten last.
    this.#shown.set(file, shown)
    for (const [other, old] of this.#shown) {
      if (this.#shown.size <= MOST) break
      if (old.isWatched || other === file) continue
      this.#shown.delete(other)
      old.end()
    }
    return shown
  }
}

/** Whoever asks first must hear of what changes as well, and does not of state that is made while it asks. */
function madeApart<T>(make: () => T): T {
  const made: T[] = []
  // There is nothing in it that would have to be ended.
  $effect.root(() => void made.push(make()))
  const [only] = made
  if (only === undefined) throw new Error('a root runs at once')
  return only
}

class Shown {
  readonly #engine: Engine
  readonly #file: number
  readonly #live: Live<FileView | null>
  readonly #watch: () => void
  #watchers = 0
  #isOpening = false
  #isFreezing = false
  #url = $state.raw<string>()
  #frame = $state.raw<string>()

  constructor(engine: Engine, file: number) {
    this.#engine = engine
    this.#file = file
    this.#live = engine.live({ query: 'file', file })
    this.#watch = createSubscriber(() => {
      this.#watchers += 1
      return () => void (this.#watchers -= 1)
    })
  }

  get isWatched(): boolean {
    return this.#watchers > 0
  }

  get at(): FileState | undefined {
    this.#watch()
    return this.#live.now?.at
  }

  get url(): string | undefined {
    const isHere = this.at?.state === 'here'
    if (isHere && this.#url === undefined) void this.#open()
    return this.#url
  }

  /** The same as it begins, for those who want nothing to move. */
  get frame(): string | undefined {
    const isHere = this.at?.state === 'here'
    if (isHere && this.#frame === undefined) void this.#freeze()
    return this.#frame
  }

  end(): void {
    for (const url of [this.#url, this.#frame]) if (url !== undefined) URL.revokeObjectURL(url)
  }

  async #open(): Promise<void> {
    if (this.#isOpening) return
    this.#isOpening = true
    try {
      // Without a type: a browser shows what is a picture by its bytes, and runs nothing.
      this.#url = URL.createObjectURL(await this.#engine.open(this.#file))
    } catch {
      // It is not shown; why, its state tells.
    } finally {
      this.#isOpening = false
    }
  }

  async #freeze(): Promise<void> {
    if (this.#isFreezing) return
    this.#isFreezing = true
    try {
      this.#frame = URL.createObjectURL(await firstFrame(await this.#engine.open(this.#file)))
    } catch {
      // As above.
    } finally {
      this.#isFreezing = false
    }
  }
}

export const [useFiles, provideFiles] = createContext<Files>()
