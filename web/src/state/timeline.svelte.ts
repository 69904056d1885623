import { createContext } from 'svelte'
import { SvelteSet } from 'svelte/reactivity'
import type {
  Anchor,
  ConversationId,
  ConversationView,
  MessageView,
  Notice,
  TimelinePage,
} from '@/engine/port'
import type { Engine } from './engine.svelte'

/** Rows of one read. */
const PAGE = 80
/** Most rows that are held at once: as many as the engine gives in one page. */
const MOST = 500

/** A place for the view to go to. Each is another object, so that going to the same place twice works. */
export type Goal =
  | {
      readonly row: number
      readonly flash: boolean
      /** What is meant stands behind so many characters: a message may be higher than the screen. */
      readonly at?: number | undefined
    }
  | 'end'
  | 'unread'

/**
 * The part of a conversation's timeline that is held: some hundred rows around what is seen, read again whenever the
 * engine says that something has changed.
 */
export class Timeline {
  readonly conversation: ConversationId
  /** Up to where the person had read when the conversation was opened: the "new messages" line stands behind it. */
  readonly readBefore: number
  /** Messages that a person has chosen, by row. */
  readonly selected = new SvelteSet<number>()

  #rows = $state.raw<readonly MessageView[]>([])
  #moreBefore = $state.raw(false)
  #moreAfter = $state.raw(false)
  #isOpen = $state.raw(false)
  #goal = $state.raw<{ readonly to: Goal }>()
  /** The row that is looked at: what is far from it may be let go. */
  #focus: number | undefined
  #isReading = false
  #isStale = false
  /** Grows with every jump: what was asked for before it comes too late. */
  #jumps = 0
  readonly #engine: Engine

  constructor(engine: Engine, conversation: ConversationId, readBefore: number) {
    this.#engine = engine
    this.conversation = conversation
    this.readBefore = readBefore
  }

  get rows(): readonly MessageView[] {
    return this.#rows
  }
  get moreBefore(): boolean {
    return this.#moreBefore
  }
  get moreAfter(): boolean {
    return this.#moreAfter
  }
  /** Whether the first page has come. */
  get isOpen(): boolean {
    return this.#isOpen
  }
  /** Where the view is to go next. */
  get goal(): { readonly to: Goal } | undefined {
    return this.#goal
  }

  /** The view has got there. */
  reached(): void {
    this.#goal = undefined
  }

  /** Keeps what is held up to date until the returned function is called. */
  follow(): () => void {
    return this.#engine.listen((notice: Notice) => {
      const concerns =
        (notice.notice === 'timeline' && notice.about === this.conversation) || notice.notice === 'account'
      if (concerns && this.#isOpen) void this.#refresh()
    })
  }

  /** Tells which row is in the middle of what is seen. */
  look(row: number): void {
    this.#focus = row
  }

  async toEnd(): Promise<void> {
    if (this.#isOpen && !this.#moreAfter) this.#goal = { to: 'end' }
    else await this.#jump('end', () => 'end')
  }

  async toUnread(): Promise<void> {
    await this.#jump('first_unread', () => 'unread')
  }

  async toRow(row: number, at?: number): Promise<void> {
    const goal = { row, flash: true, at }
    if (this.#rows.some((held) => held.row === row)) this.#goal = { to: goal }
    else await this.#jump({ around: row }, () => goal)
  }

  async toMoment(at: number): Promise<void> {
    await this.#jump({ since: at }, (page) => {
      const first = page.messages.find((message) => message.at >= at)
      return first ? { row: first.row, flash: false } : 'end'
    })
  }

  async older(): Promise<void> {
    const first = this.#rows[0]
    if (!first || !this.#moreBefore) return
    await this.#read({ before: first.row }, PAGE, (page) => {
      const kept =
        page.more_before || page.messages.length > 0
          ? this.#rows.slice(0, MOST - page.messages.length)
          : this.#rows
      if (kept.length < this.#rows.length) this.#moreAfter = true
      this.#rows = [...page.messages, ...kept]
      this.#moreBefore = page.more_before
    })
  }

  async newer(): Promise<void> {
    const last = this.#rows.at(-1)
    if (!last || !this.#moreAfter) return
    await this.#read({ after: last.row }, PAGE, (page) => {
      const kept = this.#rows.slice(Math.max(0, this.#rows.length + page.messages.length - MOST))
      if (kept.length < this.#rows.length) this.#moreBefore = true
      this.#rows = [...kept, ...page.messages]
      this.#moreAfter = page.more_after
    })
  }

  async #jump(anchor: Anchor, goal: (page: TimelinePage) => Goal): Promise<void> {
    this.#jumps += 1
    const jump = this.#jumps
    const page = await this.#page(anchor, PAGE)
    if (jump !== this.#jumps) return
    this.#take(page)
    this.#isOpen = true
    this.#goal = { to: goal(page) }
  }

  /** Reads one thing after the other; what a jump has overtaken is dropped. */
  async #read(anchor: Anchor, limit: number, take: (page: TimelinePage) => void): Promise<void> {
    if (this.#isReading) return
    this.#isReading = true
    const jump = this.#jumps
    try {
      const page = await this.#page(anchor, limit)
      if (jump === this.#jumps) take(page)
    } finally {
      this.#isReading = false
    }
    if (this.#isStale) await this.#refresh()
  }

  async #refresh(): Promise<void> {
    this.#isStale = this.#isReading
    if (this.#isStale) return
    const held = this.#rows
    // At the end, room for what has come; elsewhere, as many rows around what is seen as there are.
    if (!this.#moreAfter) {
      const first = held[0]?.row
      await this.#read('end', Math.min(MOST, held.length + PAGE), (page) => {
        const from = page.messages.findIndex((message) => message.row === first)
        this.#take(from > 0 ? { ...page, messages: page.messages.slice(from), more_before: true } : page)
      })
      return
    }
    const middle = held.find((message) => message.row === this.#focus) ?? held[Math.floor(held.length / 2)]
    if (middle)
      await this.#read({ around: middle.row }, Math.max(PAGE, held.length), (page) => this.#take(page))
  }

  /** Takes a page for the rows that are held. A row that has not changed stays the same object, so that nobody draws it again. */
  #take(page: TimelinePage): void {
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- for a moment
    const known = new Map(this.#rows.map((message): [number, MessageView] => [message.row, message]))
    this.#rows = page.messages.map((message) => {
      const old = known.get(message.row)
      return old && JSON.stringify(old) === JSON.stringify(message) ? old : message
    })
    this.#moreBefore = page.more_before
    this.#moreAfter = page.more_after
    for (const row of this.selected)
      if (!this.#rows.some((message) => message.row === row)) this.selected.delete(row)
  }

  #page(anchor: Anchor, limit: number): Promise<TimelinePage> {
    return this.#engine.ask({ query: 'timeline', conversation: this.conversation, anchor, limit })
  }
}

/** Opens timelines. */
export class Timelines {
  readonly #engine: Engine

  constructor(engine: Engine) {
    this.#engine = engine
  }

  open(conversation: ConversationView): Timeline {
    return new Timeline(this.#engine, conversation.conversation, conversation.read)
  }
}

export const [useTimelines, provideTimelines] = createContext<Timelines>()
