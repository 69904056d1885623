import type { News, Notification as Item } from '@/engine/types.gen'
import type { Messages } from '@/i18n/gen/messages'
import type { Told } from './notification-memory'

/** Where notifications are shown, as much of a `ServiceWorkerRegistration` as is needed. */
export interface Board {
  getNotifications(): Promise<readonly Pinned[]>
  showNotification(title: string, options: Look): Promise<void>
}

/** A notification that is shown. */
export interface Pinned {
  readonly tag: string
  readonly title: string
  readonly body: string
  close(): void
}

/** What a notification looks like. */
export interface Look {
  tag: string
  body: string
  data: Mark
  icon: string
  badge: string
  timestamp: number
  silent: boolean
  renotify: boolean
}

/** What a notification is about, for those who click on it. */
export interface Mark {
  /** Where it leads. */
  readonly path: string
  /** How far it tells: a greater one is news. */
  readonly state: number
}

/** What is said in them. */
type Words = Pick<Messages, 'push' | 'shell'>

/** The tag of what is not about one conversation. */
const ANYTHING = 'anything'
const PICTURES = { icon: '/icons/icon-192.png', badge: '/icons/badge-96.png' }

/**
 * Makes what is shown equal to the news: takes away what was read, and shows what nobody was told of, if `show` says so.
 * What is shown already and is another text now, as after a deletion, is replaced without a sound. Returns what was told.
 */
export async function pin(board: Board, news: News, m: Words, told: Told, show: boolean): Promise<Told> {
  const wanted = lookAlike(news, m)
  const present = await board.getNotifications()
  for (const pinned of present) {
    if (!wanted.some(({ look }) => look.tag === pinned.tag)) pinned.close()
  }
  const now: Record<string, number> = {}
  for (const { title, look } of wanted) {
    const before = told[look.tag] ?? -1
    const pinned = present.find(({ tag }) => tag === look.tag)
    if (show && look.data.state > before) await board.showNotification(title, look)
    else if (pinned && (pinned.title !== title || pinned.body !== look.body))
      await board.showNotification(title, { ...look, silent: true, renotify: false })
    now[look.tag] = Math.max(before, look.data.state)
  }
  return now
}

/** Something may be new, and nothing can be told of it. */
export function pinSomething(board: Board, m: Words, now: number): Promise<void> {
  const data = { path: '/', state: now }
  const look = {
    tag: ANYTHING,
    body: m.push.something_new(),
    data,
    timestamp: now,
    silent: false,
    renotify: true,
  }
  return board.showNotification(m.shell.name(), { ...look, ...PICTURES })
}

/** Where a notification leads; undefined if it is not one of ours. */
export function pathOf(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null || !('path' in data)) return undefined
  return typeof data.path === 'string' ? data.path : undefined
}

interface Wanted {
  readonly title: string
  readonly look: Look
}

function lookAlike(news: News, m: Words): Wanted[] {
  const named = news.notifications.filter((item) => item.title !== null)
  const hidden = news.notifications.filter((item) => item.title === null)
  return [...named.map((item) => ofConversation(item, m)), ...together(hidden, m)]
}

function enclosed({ enclosed: what }: Item, m: Words): string | null {
  if (!what) return null
  if (what.is === 'contact') return m.push.contact({ name: what.name })
  return what.name === '' ? m.push.place() : m.push.place_named({ name: what.name })
}

function ofConversation(item: Item, m: Words): Wanted {
  const sent = item.media === null ? enclosed(item, m) : m.push[item.media.k]()
  const said =
    item.text === null || item.text === '' ? (sent ?? m.push.new_messages({ count: item.count })) : item.text
  const body = item.author === null ? said : m.push.from({ author: item.author, text: said })
  const data = { path: `/c/${item.conversation}`, state: item.seq }
  const look = { tag: item.conversation, body, data, ...PICTURES, timestamp: item.at }
  return { title: item.title ?? m.shell.name(), look: { ...look, silent: !item.sound, renotify: item.sound } }
}

/** Where names are not shown, how many conversations there are is not either. */
function together(items: readonly Item[], m: Words): Wanted[] {
  if (items.length === 0) return []
  const latest = Math.max(...items.map((item) => item.at))
  const sound = items.some((item) => item.sound)
  const look = {
    tag: ANYTHING,
    body: m.push.new_messages({ count: items.reduce((sum, item) => sum + item.count, 0) }),
    data: { path: '/', state: latest },
    ...PICTURES,
    timestamp: latest,
    silent: !sound,
    renotify: sound,
  }
  return [{ title: m.shell.name(), look }]
}
