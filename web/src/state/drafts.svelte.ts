import { createContext } from 'svelte'
import type {
  AttachmentDraft,
  ContactCard,
  ConversationId,
  FormattedText,
  MessageView,
  PlaceDraft,
  Timer,
} from '@/engine/port'
import { Attachments, draftsOf, type Attached } from './attachments.svelte'
import type { Engine } from './engine.svelte'
import { LinkedPage, type PageCard } from './page.svelte'

/** A pause in typing after which the draft is kept. */
const KEEP_AFTER_MS = 600
/** Who types and then does nothing is not typing any more. */
const TYPING_ENDS_MS = 5_000
/** How often it is told that somebody types. */
const TYPING_EVERY_MS = 3_000

/** What is being written: an answer, a change of an old message, or simply the next one. */
export type Mode =
  | { readonly to: 'say' }
  | { readonly to: 'answer'; readonly message: MessageView }
  | { readonly to: 'edit'; readonly message: MessageView }

const isSame = ({ body }: MessageView, text: string, entities: FormattedText['entities']): boolean =>
  body.body === 'text' && body.text === text && JSON.stringify(body.entities) === JSON.stringify(entities)

/** What was to be viewed once can't go so; it is not sent at all. */
export class NotOnce extends Error {}

const mayBeOnce = (attached: readonly Attached[]): boolean =>
  attached.length === 1 && attached.every(({ media }) => ['photo', 'video', 'voice'].includes(media.k))

/** What is being written in one conversation. */
export class Draft {
  readonly conversation: ConversationId
  /** As typed, with markup. */
  source = $state('')
  silent = $state(false)
  /** Whether the one photo, film or voice message is to be looked at once. */
  once = $state(false)
  /** What goes with the next message. */
  readonly attachments: Attachments
  /** What is shown of a page that it links to. */
  readonly page: LinkedPage
  /** A timer for this message only; undefined takes the conversation's. */
  timer = $state.raw<Timer>()

  #mode = $state.raw<Mode>({ to: 'say' })
  /** What was typed before an edit began; it comes back behind it. */
  #before = ''
  #keeping: number | undefined
  #resting: number | undefined
  #told = 0
  readonly #engine: Engine
  readonly #clock: Pick<Window, 'setTimeout' | 'clearTimeout'>

  constructor(
    engine: Engine,
    conversation: ConversationId,
    source: string,
    clock: Pick<Window, 'setTimeout' | 'clearTimeout'>,
  ) {
    this.#engine = engine
    this.attachments = new Attachments(engine)
    this.page = new LinkedPage(engine, clock)
    this.conversation = conversation
    this.source = source
    this.#clock = clock
  }

  get mode(): Mode {
    return this.#mode
  }

  /** Nothing was typed. */
  get isBlank(): boolean {
    return this.source.trim() === ''
  }

  /** There is nothing to be sent. */
  get isEmpty(): boolean {
    return this.isBlank && !this.#hasFiles
  }

  /** An edit leaves the files of a message as they are. */
  get #hasFiles(): boolean {
    if (this.#mode.to !== 'edit') return !this.attachments.isEmpty
    const { body } = this.#mode.message
    return body.body === 'text' && (body.attachments.length > 0 || !!body.place || !!body.contacts)
  }

  /** Whether what goes with it can be looked at once: exactly one thing to see or hear. */
  get mayBeOnce(): boolean {
    return this.#mode.to !== 'edit' && mayBeOnce(this.attachments.all)
  }

  answer(message: MessageView): void {
    this.leave()
    this.#mode = { to: 'answer', message }
  }

  async edit(message: MessageView): Promise<void> {
    if (message.body.body !== 'text') return
    const { text, entities } = message.body
    const source = await this.#engine.ask({ query: 'source', text, entities })
    if (this.#mode.to !== 'edit') this.#before = this.source
    this.#mode = { to: 'edit', message }
    this.source = source
  }

  /** Gives an answer or an edit up. */
  leave(): void {
    if (this.#mode.to === 'edit') this.source = this.#before
    this.#before = ''
    this.#mode = { to: 'say' }
  }

  /** Something comes from elsewhere, behind what was typed. */
  add(text: string): void {
    this.leave()
    this.source = this.isBlank ? text : `${this.source}\n${text}`
    this.keep()
  }

  /** Something was typed. */
  typed(): void {
    if (this.#mode.to === 'edit') return
    this.page.typed(this.source)
    this.#clock.clearTimeout(this.#keeping)
    this.#keeping = this.#clock.setTimeout(() => this.keep(), KEEP_AFTER_MS)
    this.#clock.clearTimeout(this.#resting)
    if (this.isBlank) this.#stopTyping()
    else {
      this.#resting = this.#clock.setTimeout(() => this.#stopTyping(), TYPING_ENDS_MS)
      this.#tellTyping()
    }
  }

  /** Keeps what was typed at once: the conversation is left, or the page. */
  keep(): void {
    this.#clock.clearTimeout(this.#keeping)
    this.#keeping = undefined
    const text = this.#mode.to === 'edit' ? this.#before : this.source
    // A draft that could not be kept is kept with the next letter.
    void this.#engine
      .do({ command: 'save_draft', conversation: this.conversation, text })
      .catch(() => undefined)
  }

  /** The conversation is left. */
  close(): void {
    const isWaiting = this.#keeping !== undefined
    this.#clock.clearTimeout(this.#keeping)
    this.#clock.clearTimeout(this.#resting)
    this.#stopTyping()
    if (isWaiting) this.keep()
  }

  /** Sends it, or changes what is edited. What was typed comes back if it could not be accepted. */
  async send(): Promise<void> {
    if (this.isEmpty) return
    // Waits for what is not sealed yet; what is typed meanwhile goes along.
    const isWith = this.#mode.to !== 'edit' && !this.attachments.isEmpty
    const attached: readonly Attached[] = isWith ? await this.attachments.take() : []
    // Asked for twice, it is sent once.
    if (isWith && attached.length === 0 && this.isBlank) return
    const once = this.once && attached.length > 0
    if (once && !mayBeOnce(attached)) {
      // It must not become something that stays without anybody noticing.
      this.attachments.restore(attached)
      this.once = false
      throw new NotOnce()
    }
    const { source, mode, timer, silent } = this
    this.#clock.clearTimeout(this.#keeping)
    this.#clock.clearTimeout(this.#resting)
    this.#keeping = undefined
    this.#told = 0
    this.source = mode.to === 'edit' ? this.#before : ''
    this.#mode = { to: 'say' }
    this.#before = ''
    this.timer = undefined
    this.silent = false
    this.once = false
    let page: PageCard | undefined
    try {
      const said = await this.#engine.ask({ query: 'markup', source: source.trim() })
      page = mode.to === 'edit' || once ? undefined : await this.page.take(said)
      await this.#say(mode, said, draftsOf(attached), timer, silent, once, page)
      this.attachments.sent(attached)
      this.page.sent(page)
    } catch (error) {
      // What was to be seen once does not go as something that stays.
      this.once = once
      const typedMeanwhile = this.source.trim()
      if (typedMeanwhile === '') this.source = source
      this.attachments.restore(attached)
      this.page.restore(page)
      this.#mode = mode
      throw error
    }
  }

  /** Sends what was recorded: by itself, and what is typed stays. */
  async sendRecorded(attached: Attached): Promise<void> {
    const { mode, timer, silent, once } = this
    if (mode.to === 'edit') return
    this.#mode = { to: 'say' }
    this.timer = undefined
    this.silent = false
    // What still waits to be sent does not become something that stays.
    this.once = once && !this.attachments.isEmpty
    try {
      await this.#say(mode, { text: '', entities: [] }, draftsOf([attached]), timer, silent, once)
    } catch (error) {
      this.once = once
      this.#mode = mode
      throw error
    }
  }

  /** Sends a place, people's cards, or a moving picture: by itself, and what is typed stays. */
  async sendEnclosed(
    enclosed: { place: PlaceDraft } | { contacts: ContactCard[] } | { attachments: AttachmentDraft[] },
  ): Promise<void> {
    const { mode, timer, silent } = this
    if (mode.to === 'edit') return
    const reply_to = mode.to === 'answer' ? mode.message.message : null
    await this.#engine.do({
      command: 'send',
      conversation: this.conversation,
      draft: {
        text: '',
        entities: [],
        reply_to,
        attachments: [],
        ...enclosed,
        timer: timer ?? null,
        silent,
        once: false,
      },
    })
    this.#mode = { to: 'say' }
    this.timer = undefined
    this.silent = false
  }

  async #say(
    mode: Mode,
    { text, entities }: FormattedText,
    attachments: AttachmentDraft[],
    timer: Timer | undefined,
    silent: boolean,
    once: boolean,
    page?: PageCard,
  ): Promise<void> {
    const { conversation } = this
    if (mode.to === 'edit') {
      // What is as it was need not be marked as changed for everybody.
      if (isSame(mode.message, text, entities)) return
      await this.#engine.do({ command: 'edit', conversation, target: mode.message.message, text, entities })
      return
    }
    const reply_to = mode.to === 'answer' ? mode.message.message : null
    await this.#engine.do({
      command: 'send',
      conversation,
      draft: {
        text,
        entities,
        reply_to,
        attachments,
        timer: timer ?? null,
        silent,
        once,
        ...(page && { preview: page.preview }),
      },
    })
  }

  #tellTyping(): void {
    const now = Date.now()
    if (now - this.#told < TYPING_EVERY_MS) return
    this.#told = now
    this.#typing(true)
  }

  #stopTyping(): void {
    if (this.#told === 0) return
    this.#told = 0
    this.#typing(false)
  }

  #typing(typing: boolean): void {
    // Nobody misses it where it does not arrive.
    void this.#engine
      .do({ command: 'typing', conversation: this.conversation, typing })
      .catch(() => undefined)
  }
}

/** One draft for each conversation that was open since the page was loaded. */
export class Drafts {
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nobody draws it
  readonly #drafts = new Map<ConversationId, Draft>()
  readonly #engine: Engine
  readonly #clock: Pick<Window, 'setTimeout' | 'clearTimeout'>

  constructor(engine: Engine, clock: Pick<Window, 'setTimeout' | 'clearTimeout'>) {
    this.#engine = engine
    this.#clock = clock
  }

  /** Keeps at once what is not kept yet: the page goes away. */
  flush(): void {
    for (const draft of this.#drafts.values()) draft.close()
  }

  /** @param kept what the engine has kept of it */
  of(conversation: ConversationId, kept: string): Draft {
    let draft = this.#drafts.get(conversation)
    if (!draft) {
      draft = new Draft(this.#engine, conversation, kept, this.#clock)
      this.#drafts.set(conversation, draft)
    }
    return draft
  }
}

export const [useDrafts, provideDrafts] = createContext<Drafts>()
