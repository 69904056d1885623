/** What was told of each tag, as the state of {@link import('./notification').Mark}. */
export type Told = Readonly<Record<string, number>>

/** What tabs and the service worker know together, so that neither tells again what the other has told. */
export interface Remembered {
  /** The language that the person chose for the app. */
  readonly language: string | undefined
  readonly told: Told
}

const CACHE = 'notifications'
const ENTRY = '/notifications'
const NOTHING: Remembered = { language: undefined, told: {} }

/** Keeps it in the only storage that both have. There is nothing in it that anybody wrote. */
export class Memory {
  readonly #caches: CacheStorage | undefined

  constructor(caches: CacheStorage | undefined) {
    this.#caches = caches
  }

  async read(): Promise<Remembered> {
    const cache = await this.#caches?.open(CACHE)
    const kept = await cache?.match(ENTRY)
    return kept ? parse(await kept.json()) : NOTHING
  }

  async write(remembered: Remembered): Promise<void> {
    const cache = await this.#caches?.open(CACHE)
    await cache?.put(ENTRY, Response.json(remembered))
  }
}

function parse(kept: unknown): Remembered {
  if (typeof kept !== 'object' || kept === null) return NOTHING
  const fields = new Map<string, unknown>(Object.entries(kept))
  const [language, told] = [fields.get('language'), fields.get('told')]
  const states = typeof told === 'object' && told !== null ? Object.entries(told) : []
  return {
    language: typeof language === 'string' ? language : undefined,
    told: Object.fromEntries(
      states.filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
    ),
  }
}
