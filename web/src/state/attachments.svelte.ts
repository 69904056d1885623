import type { AttachmentDraft, Media } from '@/engine/port'
import { toUrlSafe } from '@/lib/base64'
import type { Edits } from '@/lib/edit/document'
import { isSeen, prepared, type As, type Instead, type Known, type Prepared } from '@/lib/prepare'
import type { Engine } from './engine.svelte'

/** As many as the engine takes in one message. */
export const MOST_ATTACHMENTS = 30

let numbers = 0

/** A file that was chosen, and is on its way into the next message. */
export class Attached {
  readonly id = ++numbers
  readonly name: string
  readonly source: File
  /** As a picture, as it is, or as nothing but a file. */
  readonly as: As
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
  /** How a text begins. */
  excerpt = $state.raw('')
  /** It was to be a photo or film, and goes as a file. */
  instead = $state.raw<Instead>()
  /** What was done to the photo; the source stays as it was, so that one can go on from there. */
  edits = $state.raw<Edits>()
  isMoving = false

  constructor(source: File, as: As) {
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

  /** Whether one can draw on it: not on what has more than one frame. */
  get canBeEdited(): boolean {
    return this.url !== undefined && this.isPicture && !this.isMoving && !this.isBroken
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
  add(files: readonly File[], as: As): boolean {
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

  /** Another picture is made of the source, in the place of the one that was to be sent. */
  edit(attached: Attached, edits: Edits | undefined): void {
    attached.edits = edits
    attached.done = 0
    this.#unseal(attached)
    this.#queue = this.#queue.then(() => this.#prepare(attached))
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
    // What is added meanwhile goes along, sealed like the others.
    for (let waited; waited !== this.#queue;) {
      waited = this.#queue
      await waited
    }
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

  #forget(attached: Attached): void {
    const { url } = attached
    if (url !== undefined) URL.revokeObjectURL(url)
    this.#unseal(attached)
  }

  #unseal(attached: Attached): void {
    // What stays behind is forgotten when the app starts again.
    for (const file of attached.files)
      void this.#engine.do({ command: 'forget_file', file }).catch(() => undefined)
    attached.file = undefined
    attached.cover = null
  }

  async #prepare(attached: Attached): Promise<void> {
    if (!this.#all.includes(attached) || attached.file !== undefined) return
    const { source, as, edits } = attached
    try {
      // What has to be encoded anew takes longer than all the rest.
      const known = await prepared(source, as, edits, (part) => (attached.done = part * attached.size))
      await this.#seal(attached, known).finally(known.erase)
      // It was edited meanwhile: that comes next.
      if (attached.edits !== edits) this.#unseal(attached)
      if (!this.#all.includes(attached)) this.#forget(attached)
    } catch {
      if (attached.edits === edits) attached.isBroken = true
    }
  }

  async #seal(
    attached: Attached,
    { content, media, type, preview, cover, excerpt, isMoving, instead }: Prepared,
  ): Promise<void> {
    attached.size = content.size
    attached.media = media
    attached.type = type
    attached.preview = preview ? toUrlSafe(preview) : null
    attached.isMoving = isMoving === true
    attached.excerpt = excerpt ?? ''
    attached.instead = instead
    const { url } = attached
    const shown = attached.isPicture ? content : cover
    if (shown) attached.url = URL.createObjectURL(shown)
    if (url !== undefined) URL.revokeObjectURL(url)
    if (cover) attached.cover = await this.#engine.seal(cover)
    attached.file = await this.#engine.seal(content, (done) => (attached.done = done))
  }
}

/** As the engine takes them. Those that could not be sealed are left out. */
export const draftsOf = (taken: readonly Attached[]): AttachmentDraft[] =>
  taken.flatMap(({ file, name, type, media, preview, cover, excerpt }) =>
    file === undefined
      ? []
      : [{ file, name, media_type: type, media, preview, cover, ...(excerpt === '' ? {} : { excerpt }) }],
  )
