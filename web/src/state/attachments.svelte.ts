import type { AttachmentDraft, Media } from '@/engine/port'
import { toUrlSafe } from '@/lib/base64'
import type { PhotoLook } from '@/lib/photo'
import type { Engine } from './engine.svelte'

/** As many as the engine takes in one message. */
export const MOST_ATTACHMENTS = 30

/** Pictures of these kinds are shown as such; others are files, whatever they are called. */
const PICTURES = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif', 'image/bmp'])

let numbers = 0

/** A file that was chosen, and is on its way into the next message. */
export class Attached {
  readonly id = ++numbers
  readonly name: string
  readonly source: File
  /** As a picture, as it is, or as nothing but a file. */
  readonly as: 'photo' | 'original' | 'file'
  /** Bytes of what is sent, once that is known. */
  size = $state.raw(0)
  /** Bytes that are sealed. */
  done = $state.raw(0)
  file = $state.raw<number>()
  /** Something went wrong: it can only be taken out. */
  isBroken = $state.raw(false)
  url = $state.raw<string>()
  media: Media = { k: 'file' }
  type: string
  preview: string | null = null

  constructor(source: File, as: Attached['as']) {
    this.source = source
    this.as = as
    this.name = source.name
    this.type = source.type
    this.size = source.size
  }

  get isPicture(): boolean {
    return this.media.k === 'photo'
  }
}

/** What goes with the next message. */
export class Attachments {
  #all = $state.raw<readonly Attached[]>([])
  readonly #engine: Engine
  /** One after the other: a phone has little memory. */
  #queue: Promise<void> = Promise.resolve()

  constructor(engine: Engine) {
    this.#engine = engine
  }

  get all(): readonly Attached[] {
    return this.#all
  }

  get isEmpty(): boolean {
    return this.#all.length === 0
  }

  /** Bytes of all of them, as far as is known. */
  get size(): number {
    return this.#all.reduce((sum, { size }) => sum + size, 0)
  }

  /** Whether some are not sealed yet. */
  get isBusy(): boolean {
    return this.#all.some((attached) => attached.file === undefined && !attached.isBroken)
  }

  /** Adds files; tells whether there was room for all of them. */
  add(files: readonly File[], as: 'photo' | 'original' | 'file'): boolean {
    const room = Math.max(MOST_ATTACHMENTS - this.#all.length, 0)
    const added = files
      .slice(0, room)
      .map((file) => new Attached(file, PICTURES.has(file.type) ? as : 'file'))
    this.#all = [...this.#all, ...added]
    for (const attached of added) {
      this.#queue = this.#queue.then(() => this.#prepare(attached))
    }
    return files.length <= room
  }

  remove(attached: Attached): void {
    this.#all = this.#all.filter((other) => other !== attached)
    this.#forget(attached)
  }

  /** Another order. */
  move(attached: Attached, by: -1 | 1): void {
    const from = this.#all.indexOf(attached)
    const to = from + by
    if (from < 0 || to < 0 || to >= this.#all.length) return
    const all = [...this.#all]
    all.splice(from, 1)
    all.splice(to, 0, attached)
    this.#all = all
  }

  /** Takes all of them out, to be sent, once they are sealed. */
  async take(): Promise<readonly Attached[]> {
    await this.#queue
    const taken = this.#all
    this.#all = []
    return taken
  }

  /** They were not sent after all. */
  restore(taken: readonly Attached[]): void {
    this.#all = [...taken, ...this.#all]
  }

  /** They were sent: nobody looks at them here any more. */
  sent(taken: readonly Attached[]): void {
    for (const { url } of taken) if (url !== undefined) URL.revokeObjectURL(url)
  }

  #forget({ url, file }: Attached): void {
    if (url !== undefined) URL.revokeObjectURL(url)
    // What stays behind is forgotten when the app starts again.
    if (file !== undefined) void this.#engine.do({ command: 'forget_file', file }).catch(() => undefined)
  }

  async #prepare(attached: Attached): Promise<void> {
    if (!this.#all.includes(attached)) return
    try {
      const content = await content_of(attached)
      attached.size = content.size
      if (attached.isPicture) attached.url = URL.createObjectURL(content)
      const file = await this.#engine.seal(content, (done) => (attached.done = done))
      attached.file = file
      if (!this.#all.includes(attached)) this.#forget(attached)
    } catch {
      attached.isBroken = true
    }
  }
}

/** As the engine takes them. Those that could not be sealed are left out. */
export const draftsOf = (taken: readonly Attached[]): AttachmentDraft[] =>
  taken.flatMap(({ file, name, type, media, preview }) =>
    file === undefined ? [] : [{ file, name, media_type: type, media, preview }],
  )

/** What is sent of it: a picture without what it tells beside what it shows. */
async function content_of(attached: Attached): Promise<Blob> {
  const { source, as } = attached
  if (as === 'file') return source
  // Only whoever sends a photo needs what prepares it.
  const { describePhoto, PhotoError, preparePhoto } = await import('@/lib/photo')
  try {
    const photo = as === 'photo' ? await preparePhoto(source) : await original(source, describePhoto)
    attached.media = { k: 'photo', w: photo.width, h: photo.height }
    attached.preview = toUrlSafe(photo.thumbhash)
    attached.type = photo.blob.type
    return photo.blob
  } catch (error) {
    // Whatever it is, it can be sent as a file.
    if (error instanceof PhotoError) return source
    throw error
  }
}

async function original(source: Blob, describe: (source: Blob) => Promise<PhotoLook>) {
  const look = await describe(source)
  const { withoutMetadata } = await import('@/lib/metadata')
  const bare = withoutMetadata(new Uint8Array(await source.arrayBuffer()), source.type)
  return { ...look, blob: bare ? new Blob([bare], { type: source.type }) : source }
}
