import type { DriveAsk, DriveCall, DriveOf, DrivePage } from '@/engine/port'
import { driveReason, DriveTrouble } from '@/lib/drive'
import type { Engine } from './engine.svelte'

/** How much of a file has come or gone, from 0 to 1. */
export type Told = (part: number) => void

/**
 * Cloud drives of this person. The engine says what is asked, with what the drive wants to be shown; the person's own server
 * passes it on, since browsers reach hardly any drive by themselves.
 */
export class Drives {
  readonly #engine: Engine

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** A page of a folder; the root is the empty path. */
  async list(drive: DriveOf, path: string, skip = 0): Promise<DrivePage> {
    const { url, headers, body } = await this.#call(drive, { ask: 'list', path, skip })
    const answer = await asked(url, { method: 'POST', headers, body })
    const page: unknown = await answer.json().catch(() => undefined)
    if (!isPage(page)) throw new DriveTrouble('unreachable')
    return page
  }

  /** A file. */
  async read(drive: number, path: string, name: string, told: Told, signal: AbortSignal): Promise<File> {
    const call = await this.#call({ of: 'kept', drive }, { ask: 'read', path })
    const answer = await asked(call.url, { method: 'POST', headers: call.headers, body: call.body, signal })
    const size = Number(answer.headers.get('content-length') ?? 0)
    const parts: Uint8Array<ArrayBuffer>[] = []
    let done = 0
    try {
      for (const reader = answer.body?.getReader(); reader;) {
        const { value, done: isDone } = await reader.read()
        if (isDone) break
        parts.push(value)
        done += value.length
        told(size > 0 ? done / size : 0)
      }
    } catch {
      signal.throwIfAborted()
      throw new DriveTrouble('cut')
    }
    // A half file is none.
    if (done !== size) throw new DriveTrouble('cut')
    return new File(parts, name, { type: typeOf(name) })
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
    const { url, headers } = await this.#call({ of: 'kept', drive }, { ask: 'write', path, replace })
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

  async #call(
    drive: DriveOf,
    what: DriveAsk,
  ): Promise<{ url: string; headers: Record<string, string>; body: string | null }> {
    const call: DriveCall | null = await this.#engine.ask({ query: 'drive_call', drive, what })
    if (!call) throw new DriveTrouble('not_found')
    return { url: call.url, headers: Object.fromEntries(call.headers), body: call.body }
  }
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
