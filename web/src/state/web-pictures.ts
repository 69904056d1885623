import type { Command } from '@/engine/port'
import { fromUrlSafe } from '@/lib/base64'
import { firstFrame, isCalm } from '@/lib/first-frame'
import type { Engine } from './engine.svelte'

/** So many are remembered: some screens full. */
const MOST = 400
/** So many are asked for at once: the server lets through as many as that. */
const AT_ONCE = 6

/** Pictures from the web, which the server fetches: squares of its map, and moving pictures to choose from. */
export class WebPictures {
  readonly #engine: Engine
  readonly #known = new Map<string, Promise<Blob>>()
  readonly #urls = new Map<string, Promise<string>>()
  readonly #waiting: (() => void)[] = []
  #asked = 0

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** An address by which a square of the map is shown; rejects where there is none. */
  readonly tile = (zoom: number, x: number, y: number): Promise<string> => {
    const side = 2 ** zoom
    // The map goes around the world.
    const tile = { zoom, x: ((x % side) + side) % side, y }
    return this.#url(`${String(zoom)}/${String(tile.x)}/${String(y)}`, { command: 'look_at_map', tile })
  }

  /** An address by which a moving picture is shown, by what it is asked for. */
  readonly gif = (picture: string): Promise<string> => this.#url(picture, { command: 'look_at_gif', picture })

  /** The same, itself. */
  readonly whole = (picture: string): Promise<Blob> =>
    this.#blob(picture, { command: 'look_at_gif', picture })

  /** Nobody looks at them any more. */
  forget(): void {
    this.#trim(0)
  }

  #url(key: string, command: Command): Promise<string> {
    const known = this.#urls.get(key)
    if (known) return known
    const shown = (blob: Blob) => (command.command === 'look_at_gif' && isCalm() ? firstFrame(blob) : blob)
    const url = this.#blob(key, command)
      .then(shown)
      .then((blob) => URL.createObjectURL(blob))
    this.#urls.set(key, url)
    url.catch(() => this.#urls.delete(key))
    this.#trim(MOST)
    return url
  }

  #blob(key: string, command: Command): Promise<Blob> {
    const known = this.#known.get(key)
    if (known) return known
    const blob = this.#ask(command)
    this.#known.set(key, blob)
    // What failed is asked for again when it is next looked at.
    blob.catch(() => this.#known.delete(key))
    return blob
  }

  async #ask(command: Command): Promise<Blob> {
    if (this.#asked >= AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#asked += 1
    try {
      const outcome = await this.#engine.do(command)
      if (outcome.outcome !== 'picture') throw new Error('the engine has answered something else')
      const bytes = fromUrlSafe(outcome.bytes)
      if (!bytes) throw new Error('the engine has answered something else')
      return new Blob([bytes], { type: outcome.media_type })
    } finally {
      this.#asked -= 1
      this.#waiting.shift()?.()
    }
  }

  #trim(most: number): void {
    for (const [key, url] of this.#urls) {
      if (this.#urls.size <= most) return
      this.#urls.delete(key)
      this.#known.delete(key)
      void url.then((made) => URL.revokeObjectURL(made)).catch(() => undefined)
    }
  }
}
