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
  media: Media = $state.raw({ k: 'file' })
  type: string
  preview: string | null = null
  /** A picture that stands for it, sealed as well. */
  cover: number | null = null

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

  /** Nobody wants it any more: all that is kept of it. */
  get files(): readonly number[] {
    return [this.file, this.cover].filter((file) => typeof file === 'number')
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

  /** Whether some are not sealed yet. */
  get isBusy(): boolean {
    return this.#all.some((attached) => attached.file === undefined && !attached.isBroken)
  }

  /** Adds files; tells whether there was room for all of them. */
  add(files: readonly File[], as: 'photo' | 'original' | 'file'): boolean {
    const room = Math.max(MOST_ATTACHMENTS - this.#all.length, 0)
    const added = files.slice(0, room).map((file) => new Attached(file, isSeen(file) ? as : 'file'))
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

  /** Seals one that goes alone, and is known already. */
  async seal(source: File, known: Known): Promise<Attached> {
    const attached = new Attached(source, 'file')
    await this.#seal(attached, { ...known, content: source })
    return attached
  }

  #forget({ url, files }: Attached): void {
    if (url !== undefined) URL.revokeObjectURL(url)
    // What stays behind is forgotten when the app starts again.
    for (const file of files) void this.#engine.do({ command: 'forget_file', file }).catch(() => undefined)
  }

  async #prepare(attached: Attached): Promise<void> {
    if (!this.#all.includes(attached)) return
    try {
      // What has to be encoded anew takes longer than all the rest.
      const known = await prepared(attached, (part) => (attached.done = part * attached.size))
      await this.#seal(attached, known)
      if (!this.#all.includes(attached)) this.#forget(attached)
    } catch {
      attached.isBroken = true
    }
  }

  async #seal(attached: Attached, { content, media, type, preview, cover }: Prepared): Promise<void> {
    attached.size = content.size
    attached.media = media
    attached.type = type
    attached.preview = preview ? toUrlSafe(preview) : null
    const shown = attached.isPicture ? content : cover
    if (shown) attached.url = URL.createObjectURL(shown)
    if (cover) attached.cover = await this.#engine.seal(cover)
    attached.file = await this.#engine.seal(content, (done) => (attached.done = done))
  }
}

/** As the engine takes them. Those that could not be sealed are left out. */
export const draftsOf = (taken: readonly Attached[]): AttachmentDraft[] =>
  taken.flatMap(({ file, name, type, media, preview, cover }) =>
    file === undefined ? [] : [{ file, name, media_type: type, media, preview, cover }],
  )

/** What is told of a file. */
interface Known {
  readonly media: Media
  readonly type: string
  readonly preview?: Uint8Array | undefined
  readonly cover?: Blob | undefined
}

interface Prepared extends Known {
  /** What is sent. */
  readonly content: Blob
}

const isFilm = (file: File) => file.type.startsWith('video/')
const isSound = (file: File) => file.type.startsWith('audio/')
const isSeen = (file: File) => PICTURES.has(file.type) || isFilm(file) || isSound(file)

/** What is sent of it: a picture or film without what it tells beside what it shows. */
async function prepared(attached: Attached, told: (part: number) => void): Promise<Prepared> {
  const { source, as } = attached
  // Whatever it is, it can be sent as a file.
  const bare = { content: source, media: { k: 'file' }, type: source.type } as const
  if (as === 'file') return bare
  return (await (PICTURES.has(source.type) ? photo(source, as) : filmOrSound(source, as, told))) ?? bare
}

async function photo(source: File, as: Attached['as']): Promise<Prepared | undefined> {
  // Only whoever sends a photo needs what prepares it.
  const { describePhoto, PhotoError, preparePhoto } = await import('@/lib/photo')
  try {
    const photo = as === 'photo' ? await preparePhoto(source) : await original(source, describePhoto)
    const media: Media = { k: 'photo', w: photo.width, h: photo.height }
    return { content: photo.blob, media, type: photo.blob.type, preview: photo.thumbhash }
  } catch (error) {
    if (error instanceof PhotoError) return undefined
    throw error
  }
}

async function original(source: Blob, describe: (source: Blob) => Promise<PhotoLook>) {
  const look = await describe(source)
  const { withoutMetadata } = await import('@/lib/metadata')
  const bare = withoutMetadata(new Uint8Array(await source.arrayBuffer()), source.type)
  return { ...look, blob: bare ? new Blob([bare], { type: source.type }) : source }
}

async function filmOrSound(
  source: File,
  as: Attached['as'],
  told: (part: number) => void,
): Promise<Prepared | undefined> {
  const { describeSound, FilmError, prepareFilm } = await import('@/lib/film')
  try {
    if (isSound(source)) {
      const { millis, title, artist, cover } = await describeSound(source)
      const media: Media = { k: 'audio', d: millis, t: title, a: artist }
      return { content: source, media, type: source.type, preview: cover?.thumbhash, cover: cover?.blob }
    }
    const { blob, width, height, millis, poster } = await prepareFilm(source, {
      smaller: as === 'photo',
      told,
    })
    const media: Media = { k: 'video', w: width, h: height, d: millis }
    return { content: blob, media, type: blob.type, preview: poster?.thumbhash, cover: poster?.blob }
  } catch (error) {
    if (error instanceof FilmError) return undefined
    throw error
  }
}
