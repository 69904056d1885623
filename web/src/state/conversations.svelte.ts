import { createContext } from 'svelte'
import type { AccountId, ConversationId, ConversationView, OwnState } from '@/engine/port'
import type { Engine, Live } from './engine.svelte'

/** For ever, as a moment that every program can keep. */
const FOR_EVER = 253_402_300_799_000

export type Folder = 'all' | 'unread' | 'people' | 'groups' | 'archive'

/** The list of conversations, and what a person does with its rows. */
export class Conversations {
  folder = $state.raw<Folder>('all')

  readonly #engine: Engine
  readonly #all: Live<ConversationView[]>
  readonly #byId = $derived.by(
    () =>
      // eslint-disable-next-line svelte/prefer-svelte-reactivity -- replaced as a whole
      new Map(
        (this.#all.now ?? []).map((row): [ConversationId, ConversationView] => [row.conversation, row]),
      ),
  )
  #watched = ''

  constructor(engine: Engine) {
    this.#engine = engine
    this.#all = engine.live({ query: 'conversations' })
  }

  /** Whether the list has come. */
  get isReady(): boolean {
    return this.#all.now !== undefined
  }

  get all(): readonly ConversationView[] {
    return this.#all.now ?? []
  }

  /** Where one may say something. */
  readonly open = $derived.by(() => this.all.filter((row) => row.may_send))

  /** The rows of the chosen folder. */
  readonly shown = $derived.by(() => this.all.filter((row) => isIn(this.folder, row)))

  readonly archived = $derived.by(() => this.all.filter((row) => row.own.archived))

  find(conversation: ConversationId): ConversationView | undefined {
    return this.#byId.get(conversation)
  }

  /** Asks to hear who of one's conversation partners is there; call it in an effect. */
  watchPresence(): void {
    const peers: AccountId[] = this.all.flatMap((row) => (row.peer === null ? [] : [row.peer]))
    const key = peers.toSorted().join()
    if (key === this.#watched) return
    this.#watched = key
    void this.#engine.do({ command: 'watch_presence', accounts: peers }).catch(() => {
      // Asked again with the next change of the list.
      this.#watched = ''
    })
  }

  async mute(row: ConversationView, forMs: number | 'ever' | 'off', now: number): Promise<void> {
    const until = forMs === 'off' ? null : forMs === 'ever' ? FOR_EVER : now + forMs
    await this.#keep(row, { muted_until: until })
  }

  async pin(row: ConversationView, on: boolean): Promise<void> {
    const highest = Math.max(0, ...this.all.map((other) => other.own.pinned ?? 0))
    await this.#keep(row, { pinned: on ? highest + 1 : null })
  }

  async archive(row: ConversationView, on: boolean): Promise<void> {
    await this.#keep(row, on ? { archived: true, pinned: null } : { archived: false })
  }

  async markUnread(row: ConversationView): Promise<void> {
    await this.#keep(row, { unread: true })
  }

  async markRead(row: ConversationView): Promise<void> {
    if (row.own.unread) await this.#keep(row, { unread: false })
    if (row.unread > 0) {
      await this.#engine.do({
        command: 'mark_read',
        conversation: row.conversation,
        seq: row.last_seq,
      })
    }
  }

  /** Forgets on all own devices what was said so far. */
  async clear(row: ConversationView): Promise<void> {
    await this.#keep(row, { cleared_to: row.last_seq })
  }

  async answerStranger(row: ConversationView, accept: boolean): Promise<void> {
    await this.#engine.do({ command: 'answer_stranger', conversation: row.conversation, accept })
  }

  async #keep(row: ConversationView, change: Partial<OwnState>): Promise<void> {
    await this.#engine.do({
      command: 'keep',
      conversation: row.conversation,
      state: { ...row.own, ...change },
    })
  }
}

function isIn(folder: Folder, row: ConversationView): boolean {
  if (folder === 'archive') return row.own.archived
  if (row.own.archived) return false
  switch (folder) {
    case 'all':
      return true
    case 'unread':
      return row.unread > 0 || row.own.unread
    case 'people':
      return row.kind !== 'group'
    case 'groups':
      return row.kind === 'group'
  }
}

/** Whether it makes no sound and counts apart. */
export const isMuted = (row: ConversationView, now: number): boolean => (row.own.muted_until ?? 0) > now

export const [useConversations, provideConversations] = createContext<Conversations>()
