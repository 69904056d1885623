import { createContext } from 'svelte'
import type {
  AccountId,
  ConversationId,
  ConversationView,
  FolderId,
  FolderView,
  OwnState,
} from '@/engine/port'
import type { Engine, Live } from './engine.svelte'

/** For ever, as a moment that every program can keep. */
const FOR_EVER = 253_402_300_799_000

/** What the list can be narrowed to, whoever one is. */
export type Standard = 'all' | 'unread' | 'people' | 'groups'

/** The same, or a folder of one's own. */
export type Folder = Standard | { readonly own: FolderId }

/** As many people as the server lets one watch (`watched_accounts`). */
const MOST_WATCHED = 200

/** The list of conversations, its folders, and what a person does with its rows. */
export class Conversations {
  readonly #engine: Engine
  readonly #all: Live<ConversationView[]>
  readonly #folders: Live<FolderView[]>
  #chosen = $state.raw<Folder>('all')
  readonly #byId = $derived.by(
    () =>
      // eslint-disable-next-line svelte/prefer-svelte-reactivity -- replaced as a whole
      new Map(
        (this.#all.now ?? []).map((row): [ConversationId, ConversationView] => [row.conversation, row]),
      ),
  )
  #lookedAt = $state.raw<AccountId>()
  #watched = ''

  constructor(engine: Engine) {
    this.#engine = engine
    this.#all = engine.live({ query: 'conversations' })
    this.#folders = engine.live({ query: 'folders' })
  }

  /** Folders of one's own, in their order. */
  get folders(): readonly FolderView[] {
    return this.#folders.now ?? []
  }

  /** What the list is narrowed to. */
  get folder(): Folder {
    const chosen = this.#chosen
    // Another device may have deleted it.
    if (typeof chosen === 'object' && !this.folders.some(({ folder }) => folder === chosen.own)) return 'all'
    return chosen
  }

  set folder(folder: Folder) {
    this.#chosen = folder
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

  /** How many conversations of a folder have something unread that makes itself heard. */
  unreadIn(folder: Folder | 'archive', now: number): number {
    const within = folder === 'archive' ? this.archived : this.all.filter((row) => isIn(folder, row))
    return within.filter((row) => isUnread(row) && !isMuted(row, now)).length
  }

  readonly archived = $derived.by(() => this.all.filter((row) => row.own.archived))

  find(conversation: ConversationId): ConversationView | undefined {
    return this.#byId.get(conversation)
  }

  /** The direct conversation with somebody: the one that goes on, where there was another before it. */
  with(account: AccountId): ConversationView | undefined {
    const direct = this.all.filter((row) => row.peer === account)
    return direct.find((row) => row.may_send) ?? direct[0]
  }

  /** The row that stands so many below another one in the list; the first one if that is not in it. */
  beside(conversation: ConversationId | undefined, step: number): ConversationView | undefined {
    const at = this.shown.findIndex((row) => row.conversation === conversation)
    return this.shown[at < 0 ? 0 : at + step]
  }

  /** Whose page is open, be there a conversation with them or not; call it in an effect. */
  lookAt(account: AccountId): () => void {
    this.#lookedAt = account
    return () => (this.#lookedAt = undefined)
  }

  /** Asks to hear who of those on the screen is there; call it in an effect. Who is not asked for again is heard of no more. */
  watchPresence(): void {
    const rows = this.all.filter((row) => row.peer !== null)
    const looked = this.#lookedAt === undefined ? [] : [this.#lookedAt]
    const accounts = [...looked, ...rows.flatMap((row) => row.peer ?? [])].slice(0, MOST_WATCHED)
    // Those of the latest conversations. The server looks only when it is asked whether they may be seen: for most, not before they have accepted.
    const key = [...rows.map((row) => `${row.peer} ${row.readiness}`), ...looked].toSorted().join()
    if (key === this.#watched) return
    this.#watched = key
    void this.#engine.do({ command: 'watch_presence', accounts }).catch(() => {
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

  /** Returns how to undo it. */
  async archive(row: ConversationView, on: boolean): Promise<() => Promise<void>> {
    await this.#keep(row, on ? { archived: true, pinned: null } : { archived: false })
    const { archived, pinned = null } = row.own
    return () => this.#keep(this.find(row.conversation) ?? row, { archived, pinned })
  }

  /** Puts it into a folder, or takes it out. */
  async lay(row: ConversationView, folder: FolderId, into: boolean): Promise<void> {
    const others = (row.own.folders ?? []).filter((other) => other !== folder)
    await this.#keep(row, { folders: into ? [...others, folder] : others })
  }

  /** Undefined only if the engine answers what it never should. */
  async makeFolder(name: string): Promise<FolderId | undefined> {
    const made = await this.#engine.do({ command: 'make_folder', name })
    return made.outcome === 'folder' ? made.folder : undefined
  }

  async renameFolder(folder: FolderId, name: string): Promise<void> {
    await this.#engine.do({ command: 'rename_folder', folder, name })
  }

  /** Puts it behind so many others. */
  async moveFolder(folder: FolderId, to: number): Promise<void> {
    await this.#engine.do({ command: 'move_folder', folder, to })
  }

  /** What lies in it stays in the list. */
  async deleteFolder(folder: FolderId): Promise<void> {
    await this.#engine.do({ command: 'delete_folder', folder })
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

  /** The same, and takes it out of the list until something new comes. */
  async remove(row: ConversationView): Promise<void> {
    await this.#keep(row, { cleared_to: row.last_seq, removed: true })
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

export const isUnread = (row: ConversationView): boolean => row.unread > 0 || row.own.unread

/** Whether it lies in a folder of one's own. */
export const liesIn = (row: ConversationView, folder: FolderId): boolean =>
  row.own.folders?.includes(folder) ?? false

function isIn(folder: Folder, row: ConversationView): boolean {
  if (row.own.archived) return false
  if (typeof folder === 'object') return liesIn(row, folder.own)
  switch (folder) {
    case 'all':
      return true
    case 'unread':
      return isUnread(row)
    case 'people':
      return row.kind !== 'group'
    case 'groups':
      return row.kind === 'group'
  }
}

/** Whether it makes no sound and counts apart. */
export const isMuted = (row: ConversationView, now: number): boolean => (row.own.muted_until ?? 0) > now

export const [useConversations, provideConversations] = createContext<Conversations>()
