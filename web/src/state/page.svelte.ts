import type { FormattedText, LinkPreviewDraft } from '@/engine/port'
import { fromUrlSafe, toUrlSafe } from '@/lib/base64'
import { placeOf } from '@/lib/shared-link'
import type { Engine } from './engine.svelte'

/** Only whoever writes needs what reads a text, and not before. */
const firstPage = async (said: FormattedText) => (await import('@/lib/formatting')).firstPage(said)

/** A pause in typing after which it is looked for a link. */
const LOOK_AFTER_MS = 500

type Clock = Pick<Window, 'setTimeout' | 'clearTimeout'>

/** What is sent of a page, and its picture as this device shows it. */
export interface PageCard {
  readonly preview: LinkPreviewDraft
  readonly picture: string | undefined
}

/** The page to which a draft links. */
export class LinkedPage {
  #url = $state.raw<string>()
  #card = $state.raw<PageCard>()
  /** Of these nothing is to be shown, or there is nothing. */
  #leftOut: readonly string[] = $state.raw([])
  #looking: string | undefined
  #waiting: number | undefined
  /** Counts what was typed: an answer to what was typed before is late. */
  #turn = 0
  readonly #engine: Engine
  readonly #clock: Clock

  constructor(engine: Engine, clock: Clock) {
    this.#engine = engine
    this.#clock = clock
  }

  /** The first page that the text links to, unless it is left out. */
  get url(): string | undefined {
    return this.#url !== undefined && this.#leftOut.includes(this.#url) ? undefined : this.#url
  }

  /** What is shown of it, once that is known. */
  get card(): PageCard | undefined {
    return this.#card?.preview.url === this.url ? this.#card : undefined
  }

  /** Something was typed: after a pause it is looked for a link. */
  typed(source: string): void {
    this.#clock.clearTimeout(this.#waiting)
    const turn = ++this.#turn
    // Without any address there is nothing to wait for.
    if (!source.includes('://')) this.#found(undefined)
    else this.#waiting = this.#clock.setTimeout(() => void this.#find(source, turn), LOOK_AFTER_MS)
  }

  /** Has the server look at the page. Nothing is told where it can't: the link goes without it. */
  async look(): Promise<void> {
    const { url } = this
    if (url === undefined || this.card || this.#looking === url) return
    this.#looking = url
    try {
      const card = await this.#made(url)
      if (this.#looking === url && this.url === url) this.#show(card)
      else this.#forget(card)
    } catch {
      if (this.#url === url) this.#leftOut = [...this.#leftOut, url]
    } finally {
      if (this.#looking === url) this.#looking = undefined
    }
  }

  /** The link goes without it. */
  leaveOut(): void {
    const { url } = this
    if (url !== undefined) this.#leftOut = [...this.#leftOut, url]
    this.#show(undefined)
  }

  /** Takes it out, to be sent with this text: not if the text does not link to the page any more. */
  async take(said: FormattedText): Promise<PageCard | undefined> {
    const { card } = this
    this.#clock.clearTimeout(this.#waiting)
    this.#turn += 1
    this.#card = undefined
    this.#url = undefined
    this.#leftOut = []
    this.#looking = undefined
    if (card && (await firstPage(said)) === card.preview.url) return card
    this.#forget(card)
    return undefined
  }

  /** It was not sent after all. */
  restore(card: PageCard | undefined): void {
    if (!card) return
    this.#url = card.preview.url
    this.#card = card
  }

  /** It was sent: nobody looks at it here any more. */
  sent(card: PageCard | undefined): void {
    if (card?.picture !== undefined) URL.revokeObjectURL(card.picture)
  }

  async #find(source: string, turn: number): Promise<void> {
    const said = await this.#engine.ask({ query: 'markup', source: source.trim() }).catch(() => undefined)
    const url = said && (await firstPage(said))
    if (!said || turn !== this.#turn) return
    // What leads to somebody here needs no page.
    this.#found(url === undefined || placeOf(url, location.origin) !== undefined ? undefined : url)
  }

  #found(url: string | undefined): void {
    if (url === this.#url) return
    this.#url = url
    this.#show(undefined)
  }

  async #made(url: string): Promise<PageCard> {
    const outcome = await this.#engine.do({ command: 'look_at_page', url })
    if (outcome.outcome !== 'page') throw new Error('the engine has answered something else')
    const { title, description, site, picture } = outcome.page
    const bare = { url, title, description, site, image: null }
    const bytes = picture === null ? undefined : fromUrlSafe(picture)
    // Only whoever wants previews needs what prepares their pictures.
    const photo = bytes && (await (await import('@/lib/page-picture')).pagePicture(bytes))
    if (!photo) {
      if (title === '' && description === '') throw new Error('there is nothing to be shown')
      return { preview: bare, picture: undefined }
    }
    const { blob, width, height, thumbhash } = photo
    const image = {
      file: await this.#engine.seal(blob),
      name: '',
      media_type: blob.type,
      media: { k: 'photo' as const, w: width, h: height },
      preview: toUrlSafe(thumbhash),
      cover: null,
    }
    return { preview: { ...bare, image }, picture: URL.createObjectURL(blob) }
  }

  #show(card: PageCard | undefined): void {
    this.#forget(this.#card)
    this.#card = card
  }

  #forget(card: PageCard | undefined): void {
    if (!card) return
    this.sent(card)
    const file = card.preview.image?.file
    // What stays behind is forgotten when the app starts again.
    if (file !== undefined) void this.#engine.do({ command: 'forget_file', file }).catch(() => undefined)
  }
}
