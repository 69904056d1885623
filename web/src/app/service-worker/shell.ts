/** The app's own files, kept so that it opens at once and without a network. */
export class Shell {
  readonly #caches: CacheStorage
  readonly #name: string
  readonly #files: ReadonlySet<string>

  /** `version` is another one for each build; `files` are the paths of all that belongs to it. */
  constructor(caches: CacheStorage, version: string, files: readonly string[]) {
    this.#caches = caches
    this.#name = PREFIX + version
    this.#files = new Set(files)
  }

  /** Fetches everything; all or nothing. */
  async keep(): Promise<void> {
    const cache = await this.#caches.open(this.#name)
    // A name with a hash is one content for good. Of the rest the browser's own cache may have a former version.
    const mode = (path: string) => (path.startsWith(HASHED) ? 'default' : 'no-cache')
    await cache.addAll([...this.#files].map((path) => new Request(path, { cache: mode(path) })))
  }

  /** Drops the files of former versions. */
  async dropOthers(): Promise<void> {
    for (const name of await this.#caches.keys()) {
      if (name.startsWith(PREFIX) && name !== this.#name) await this.#caches.delete(name)
    }
  }

  /** The path of the kept file that answers a request; undefined for what goes to the server. */
  pathOf(request: Pick<Request, 'url' | 'method' | 'mode'>, origin: string): string | undefined {
    const url = new URL(request.url)
    if (request.method !== 'GET' || url.origin !== origin) return undefined
    if (this.#files.has(url.pathname)) return url.pathname
    // Every place in the app is the same page. What the server says itself is not a place in it.
    const isPlace = request.mode === 'navigate' && !SERVER.includes(url.pathname.split('/')[1] ?? '')
    return isPlace ? '/' : undefined
  }

  /** The kept file at this path. */
  async file(path: string): Promise<Response | undefined> {
    return (await this.#caches.open(this.#name)).match(path, { ignoreVary: true })
  }
}

const PREFIX = 'shell-'
const HASHED = '/assets/'
/** What the server says itself. */
const SERVER = ['api', 'trust', 'healthz', 'readyz']
