import type {
  DriveAsk,
  DriveCall,
  DriveGrant,
  DriveOf,
  DrivePage,
  DriveProvider,
  GrantAsk,
} from '@/engine/port'
import { BACK, driveReason, DriveTrouble } from '@/lib/drive'
import type { Engine } from './engine.svelte'

/** How much of a file has come or gone, from 0 to 1. */
export type Told = (part: number) => void

/**
 * Cloud drives of this person. The engine says what is asked, with what the drive wants to be shown; the person's own server
 * passes it on, since browsers reach hardly any drive by themselves.
 */
export class Drives {
  readonly #engine: Engine
  /** Tokens that are being had: whoever needs one meanwhile waits for the same. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nobody looks at it
  readonly #refreshing = new Map<number, Promise<void>>()

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** A page of a folder; the root is the empty path. */
  async list(drive: DriveOf, path: string, skip = 0): Promise<DrivePage> {
    const answer = await this.#asked(drive, { ask: 'list', path, skip }, ({ url, headers, body }) =>
      asked(url, { method: 'POST', headers, body }),
    )
    const page: unknown = await answer.json().catch(() => undefined)
    if (!isPage(page)) throw new DriveTrouble('unreachable')
    return page
  }

  /** A file. */
  async read(drive: number, path: string, name: string, told: Told, signal: AbortSignal): Promise<File> {
    const answer = await this.#asked({ of: 'kept', drive }, { ask: 'read', path }, ({ url, headers, body }) =>
      asked(url, { method: 'POST', headers, body, signal }),
    )
    const size = Number(answer.headers.get('content-length') ?? 0)
    const pieces: Blob[] = []
    let parts: Uint8Array<ArrayBuffer>[] = []
    let [done, loose] = [0, 0]
    // What is in a blob is the browser's, which puts it on the disk where memory is short.
    const gather = () => {
      pieces.push(new Blob(parts))
      parts = []
      loose = 0
    }
    try {
      for (const reader = answer.body?.getReader(); reader;) {
        const { value, done: isDone } = await reader.read()
        if (isDone) break
        parts.push(value)
        done += value.length
        loose += value.length
        if (loose >= LOOSE) gather()
        told(size > 0 ? done / size : 0)
      }
    } catch {
      signal.throwIfAborted()
      throw new DriveTrouble('cut')
    }
    // A half file is none.
    if (done !== size) throw new DriveTrouble('cut')
    gather()
    return new File(pieces, name, { type: typeOf(name) })
  }

  /** Takes a file to a drive. */
  async write(
    drive: number,
    path: string,
    file: Blob,
    replace: boolean,
    told: Told,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#asked({ of: 'kept', drive }, { ask: 'write', path, replace }, (call) =>
      sent(call, file, told, signal),
    )
  }

  /**
   * Where the person lets the server into a drive of a provider's: the browser is to go there. A new drive is called `name`;
   * `drive` is one that is connected anew.
   */
  async authorize(
    provider: DriveProvider,
    name: string,
    drive: number | null,
    origin: string,
  ): Promise<string> {
    await this.#engine.do({ command: 'authorize_drive', provider, name, drive, back: origin + BACK })
    const answer = await this.#granted({ ask: 'authorize' })
    const url = typeof answer === 'object' && answer !== null && 'url' in answer ? String(answer.url) : ''
    if (!/^https?:\/\//.test(url)) throw new DriveTrouble('unreachable')
    return url
  }

  /** What the provider's page has led back with; the drive is connected then. Tells whether the person has said yes. */
  async connect(came: URLSearchParams): Promise<boolean> {
    if (came.get('error') === 'access_denied') return false
    const [code, state] = [came.get('code'), came.get('state')]
    if (code === null || state === null) throw new DriveTrouble('unreachable')
    const grant = await this.#granted({ ask: 'exchange', code, state })
    if (!isGrant(grant)) throw new DriveTrouble('unreachable')
    await this.#engine.do({ command: 'keep_grant', state, grant })
    return true
  }

  /** Forgets a drive. Where it is a provider's, that is told to forget the tokens; the drive is forgotten even if it can't be. */
  async forget(drive: number): Promise<void> {
    const call = await this.#engine.ask({ query: 'grant_call', what: { ask: 'revoke', drive } })
    await this.#engine.do({ command: 'forget_drive', drive })
    if (!call) return
    const { url, headers, body } = plain(call)
    await asked(url, { method: 'POST', headers, body, keepalive: true }).catch(() => undefined)
  }

  /** Asks with the token that there is, or with another if that is over. */
  async #asked<T>(of: DriveOf, what: DriveAsk, send: (call: Call) => Promise<T>): Promise<T> {
    const call = await this.#call(of, what)
    if (of.of === 'new') return send(call)
    if (call.isOver) await this.#refresh(of.drive)
    else {
      try {
        return await send(call)
      } catch (error) {
        if (!(error instanceof DriveTrouble) || error.reason !== 'expired') throw error
        await this.#refresh(of.drive)
      }
    }
    return send(await this.#call(of, what))
  }

  #refresh(drive: number): Promise<void> {
    const already = this.#refreshing.get(drive)
    if (already) return already
    const refreshed = this.#granted({ ask: 'refresh', drive })
      .then(async (grant) => {
        if (!isGrant(grant)) throw new DriveTrouble('unreachable')
        await this.#engine.do({ command: 'refresh_drive', drive, grant })
      })
      .finally(() => this.#refreshing.delete(drive))
    this.#refreshing.set(drive, refreshed)
    return refreshed
  }

  async #granted(what: GrantAsk): Promise<unknown> {
    const call = await this.#engine.ask({ query: 'grant_call', what })
    if (!call) throw new DriveTrouble('not_found')
    const { url, headers, body } = plain(call)
    const answer = await asked(url, { method: 'POST', headers, body })
    return answer.json().catch(() => undefined)
  }

  async #call(drive: DriveOf, what: DriveAsk): Promise<Call> {
    const call: DriveCall | null = await this.#engine.ask({ query: 'drive_call', drive, what })
    if (!call) throw new DriveTrouble('not_found')
    return plain(call)
  }
}

interface Call {
  readonly url: string
  readonly headers: Record<string, string>
  readonly body: string | null
  readonly isOver: boolean
}

const plain = ({ url, headers, body, is_over }: DriveCall): Call => ({
  url,
  headers: Object.fromEntries(headers),
  body,
  isOver: is_over,
})

/** Bytes of a file that comes, before they are the browser's. */
const LOOSE = 4 * 1024 * 1024

async function sent({ url, headers }: Call, file: Blob, told: Told, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  await new Promise<void>((resolve, reject) => {
    // What is sent by `fetch` tells nothing of how far it is.
    const request = new XMLHttpRequest()
    request.open('POST', url)
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    request.upload.onprogress = ({ loaded }) => told(file.size > 0 ? loaded / file.size : 1)
    request.onload = () => {
      if (request.status === 204) resolve()
      else reject(new DriveTrouble(driveReason(parsed(request.responseText))))
    }
    request.onerror = () => reject(new DriveTrouble('offline'))
    request.onabort = () => reject(new DOMException('given up', 'AbortError'))
    signal.addEventListener('abort', () => request.abort(), { once: true })
    request.send(file)
  })
}

async function asked(url: string, init: RequestInit): Promise<Response> {
  let answer: Response
  try {
    answer = await fetch(url, init)
  } catch (error) {
    init.signal?.throwIfAborted()
    throw error instanceof DriveTrouble ? error : new DriveTrouble('offline')
  }
  if (answer.ok) return answer
  throw new DriveTrouble(driveReason(parsed(await answer.text())))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isPage = (value: unknown): value is DrivePage =>
  typeof value === 'object' &&
  value !== null &&
  'entries' in value &&
  Array.isArray(value.entries) &&
  'more' in value

const isGrant = (value: unknown): value is DriveGrant =>
  typeof value === 'object' &&
  value !== null &&
  'access' in value &&
  typeof value.access === 'string' &&
  'millis' in value &&
  typeof value.millis === 'number'

/** What a browser can show needs its type; everything else is a file. */
const TYPES: Readonly<Record<string, string>> = {
  avif: 'image/avif',
  gif: 'image/gif',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  m4a: 'audio/mp4',
  mp3: 'audio/mpeg',
  ogg: 'audio/ogg',
  mp4: 'video/mp4',
  mov: 'video/quicktime',
  webm: 'video/webm',
  pdf: 'application/pdf',
  txt: 'text/plain',
}

const typeOf = (name: string): string => TYPES[name.slice(name.lastIndexOf('.') + 1).toLowerCase()] ?? ''
