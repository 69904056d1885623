// The sealed files of this origin, in the origin private file system: one for each number, in a folder of their own.

import { FILES, filesFolder } from './folder'
import { FileDigest, type FileOpener, FileSealer, type FileSource, type Part } from './wasm/engine.js'

/** Bytes that are sealed or hashed at a time; whole chunks. In between, others have their turn. */
const CHUNK = 65_536
const CHUNKS = 16
const SEALED_CHUNK = CHUNK + 16

/** How far ahead of what has come a reader waits for it, if more is coming. What is beyond is fetched apart. */
const NEAR = 2 * 1024 * 1024

/** A file up to this size is opened into memory, a larger one into a file of its own. */
const IN_MEMORY = 32 * 1024 * 1024

/** A range that does not come within this time does not come. */
const RANGE_TIMEOUT_MS = 60_000

/** Before the name of an opened file. */
const OPENED = 'open-'

/** Of the type library for workers, as much as is needed: a page's does not have it. */
interface Access {
  write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number
  truncate(size: number): void
  getSize(): number
  flush(): void
  close(): void
}

type Handle = FileSystemFileHandle & { createSyncAccessHandle(): Promise<Access> }

export class Files {
  /** Writes to one file wait for one another: the browser gives it to one at a time. */
  readonly #turns = new Map<string, Promise<unknown>>()
  /** Who reads a file while it comes. */
  readonly #grown = new Map<number, (() => void)[]>()

  /** The bytes that are to be sent: read by the browser as it sends them. */
  async read({ file, at, len }: Part): Promise<Blob> {
    const content = await (await open(String(file))).getFile()
    return content.slice(at, at + len)
  }

  /** Writes to a place of a file, unless it has fewer bytes than that; how many it has then. */
  write(file: number, at: number, bytes: Uint8Array): Promise<number> {
    return this.#change(String(file), (access) => {
      const present = access.getSize()
      if (present < at) return present
      put(access, bytes, at)
      access.truncate(at + bytes.length)
      access.flush()
      return at + bytes.length
    }).finally(() => this.grown(file))
  }

  /** There may be more of it, or there will be no more: whoever waits looks again. */
  grown(file: number): void {
    const waiting = this.#grown.get(file) ?? []
    this.#grown.delete(file)
    for (const look of waiting) look()
  }

  /**
   * A part of a file, before all of it has come: the bytes from `start` to before `end`.
   *
   * @param isComing whether more of it is being fetched just now
   */
  async part(
    file: number,
    source: FileSource,
    start: number,
    end: number,
    isComing: () => boolean,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const [chunk, from, to, first] = source.covering(start, end)
    if (chunk === undefined || from === undefined || to === undefined || first === undefined)
      return new Uint8Array()
    const sealed = (await this.#present(file, from, to, isComing)) ?? (await rangeOf(source, from, to))
    return source.open(chunk, sealed).slice(start - first, end - first)
  }

  async #present(
    file: number,
    from: number,
    to: number,
    isComing: () => boolean,
  ): Promise<Uint8Array | undefined> {
    const name = String(file)
    for (;;) {
      const look = this.#turn(name, async () => {
        const content = await (await open(name)).getFile()
        const isHere = content.size >= to
        return isHere ? new Uint8Array(await content.slice(from, to).arrayBuffer()) : content.size
      })
      const found = await look
      if (typeof found !== 'number') return found
      if (to > found + NEAR || !isComing()) return undefined
      await new Promise<void>((resolve) => {
        this.#grown.set(file, [...(this.#grown.get(file) ?? []), resolve])
      })
    }
  }

  /** Seals what somebody has chosen; what the engine is told of it. */
  seal(file: number, plain: Blob, told: (done: number) => void): Promise<string> {
    return this.#change(String(file), async (access) => {
      const sealer = new FileSealer(plain.size)
      try {
        access.truncate(0)
        let at = 0
        for (let done = 0; done < plain.size || done === 0; done += CHUNK * CHUNKS) {
          const portion = new Uint8Array(await plain.slice(done, done + CHUNK * CHUNKS).arrayBuffer())
          const sealed = sealer.push(portion)
          put(access, sealed, at)
          at += sealed.length
          told(Math.min(done + portion.length, plain.size))
        }
        access.flush()
        return sealer.finish()
      } finally {
        sealer.free()
      }
    })
  }

  /** A file as it was before it was sealed. */
  async open(file: number, opener: FileOpener): Promise<Blob> {
    const size = opener.size()
    const sealed = await (await open(String(file))).getFile()
    const portions = async (take: (plain: Uint8Array) => void): Promise<void> => {
      let done = 0
      for (let chunk = 0; chunk * CHUNK < size; chunk += CHUNKS) {
        const from = chunk * SEALED_CHUNK
        const bytes = await sealed.slice(from, from + CHUNKS * SEALED_CHUNK).arrayBuffer()
        const plain = opener.open(chunk, new Uint8Array(bytes))
        done += plain.length
        take(plain)
      }
      // Whole chunks that are all right do not mean that all of them are here.
      if (done !== size) throw new Error('the end is missing')
    }
    if (size <= IN_MEMORY) {
      const plain: BlobPart[] = []
      await portions((portion) => plain.push(portion as Uint8Array<ArrayBuffer>))
      return new Blob(plain)
    }
    const name = OPENED + String(file)
    await this.#change(name, async (access) => {
      let at = 0
      await portions((portion) => {
        put(access, portion, at)
        at += portion.length
      })
      access.truncate(at)
      access.flush()
    })
    return (await open(name)).getFile()
  }

  /** What the sealed bytes are called; nothing if they can't be read. */
  async digest(file: number): Promise<Uint8Array | undefined> {
    const digest = new FileDigest()
    try {
      const content = await (await open(String(file))).getFile()
      for (let at = 0; at < content.size; at += CHUNK * CHUNKS) {
        digest.push(new Uint8Array(await content.slice(at, at + CHUNK * CHUNKS).arrayBuffer()))
      }
      return digest.finish()
    } catch {
      return undefined
    } finally {
      digest.free()
    }
  }

  async erase(file: number): Promise<void> {
    for (const name of [String(file), OPENED + String(file)]) await this.#remove(name)
  }

  /** Erases all files but these, and what was opened. */
  async keepOnly(files: readonly number[]): Promise<void> {
    const kept = new Set(files.map(String))
    const folder = await filesFolder()
    const names: string[] = []
    for await (const name of folder.keys()) names.push(name)
    for (const name of names) if (!kept.has(name)) await this.#remove(name)
  }

  #remove(name: string): Promise<void> {
    return this.#turn(name, async () => {
      const folder = await filesFolder()
      // What is not there need not be erased; what is in use is, when the app starts again.
      await folder.removeEntry(name).catch(() => undefined)
    })
  }

  #change<T>(name: string, act: (access: Access) => T | Promise<T>): Promise<T> {
    return this.#turn(name, async () => {
      const access = await (await open(name)).createSyncAccessHandle()
      try {
        return await act(access)
      } finally {
        access.close()
      }
    })
  }

  #turn<T>(name: string, act: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(name) ?? Promise.resolve()
    const turn = before.then(act, act)
    const settled = turn
      .catch(() => undefined)
      .then(() => {
        if (this.#turns.get(name) === settled) this.#turns.delete(name)
      })
    this.#turns.set(name, settled)
    return turn
  }
}

/** Sealed bytes, straight from the server. */
async function rangeOf(source: FileSource, from: number, to: number): Promise<Uint8Array> {
  const headers = source.headers()
  const pairs = headers.flatMap((name, at): [string, string][] =>
    at % 2 === 0 ? [[name, headers[at + 1] ?? '']] : [],
  )
  const response = await fetch(source.url(), {
    headers: [...pairs, ['range', `bytes=${String(from)}-${String(to - 1)}`]],
    credentials: 'omit',
    cache: 'no-store',
    redirect: 'error',
    signal: AbortSignal.timeout(RANGE_TIMEOUT_MS),
  })
  if (response.status !== 206) throw new Error(`a range was answered with ${String(response.status)}`)
  return new Uint8Array(await response.arrayBuffer())
}

/** Erases all files. Nothing may be open. */
export async function eraseFiles(): Promise<void> {
  const root = await navigator.storage.getDirectory()
  await root.removeEntry(FILES, { recursive: true }).catch(() => undefined)
}

async function open(name: string): Promise<Handle> {
  const folder = await filesFolder()
  return (await folder.getFileHandle(name, { create: true })) as Handle
}

/** All of it; a disk without room is told as such. */
function put(access: Access, bytes: Uint8Array, at: number): void {
  // What WebAssembly returns is memory of its own.
  if (access.write(bytes as Uint8Array<ArrayBuffer>, { at }) !== bytes.length)
    throw new DOMException('no room', 'QuotaExceededError')
}
