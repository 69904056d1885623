import { EngineFailure, type EnginePort } from '@/engine/port'
import { m, speak } from '@/i18n/index.svelte'
import { sentence } from '@/lib/failure'
import { Arrival } from '@/state/arrival.svelte'
import { Conversations } from '@/state/conversations.svelte'
import { Deletions } from '@/state/deletions.svelte'
import { Drafts } from '@/state/drafts.svelte'
import { EmojiHabits } from '@/state/emoji-habits.svelte'
import { Engine } from '@/state/engine.svelte'
import { Files } from '@/state/files.svelte'
import { Notifications, type NotificationHost } from '@/state/notifications.svelte'
import { Layout } from '@/state/layout.svelte'
import { Online } from '@/state/online.svelte'
import { Player } from '@/state/player.svelte'
import { People } from '@/state/people.svelte'
import { Reminder } from '@/state/reminder.svelte'
import { Router } from '@/state/router.svelte'
import { Scan } from '@/state/scan.svelte'
import { Searches } from '@/state/search.svelte'
import { Server } from '@/state/server.svelte'
import { Session } from '@/state/session.svelte'
import { DeviceSettings } from '@/state/settings.svelte'
import { Shortcuts } from '@/state/shortcuts.svelte'
import { Sounds } from '@/state/sounds.svelte'
import { Timelines } from '@/state/timeline.svelte'
import { Toasts } from '@/state/toasts.svelte'
import { Traffic } from '@/state/traffic.svelte'
import { Updates, type UpdateHost } from '@/state/updates.svelte'

/** Everything that lives as long as the page. The only place that makes state. */
export interface App {
  readonly arrival: Arrival
  readonly conversations: Conversations
  readonly deletions: Deletions
  readonly drafts: Drafts
  readonly emojiHabits: EmojiHabits
  readonly engine: Engine
  readonly files: Files
  readonly layout: Layout
  readonly notifications: Notifications
  readonly online: Online
  readonly people: People
  readonly player: Player
  readonly reminder: Reminder
  readonly router: Router
  readonly scan: Scan
  readonly searches: Searches
  readonly server: Server
  readonly session: Session
  readonly settings: DeviceSettings
  readonly shortcuts: Shortcuts
  readonly sounds: Sounds
  readonly timelines: Timelines
  readonly toasts: Toasts
  readonly traffic: Traffic
  readonly updates: Updates
}

/** What of the browser the app lives on. */
export interface Host {
  readonly window: Window
  readonly notifications: NotificationHost
  readonly updates: UpdateHost
  readonly fetch: typeof globalThis.fetch
  /** Whether nobody has ever been here. */
  readonly isVacant: () => Promise<boolean>
}

export async function compose(port: EnginePort, { window: host, ...rest }: Host): Promise<App> {
  const storage = storageOf(() => host.localStorage)
  const settings = new DeviceSettings({
    document: host.document,
    storage,
    languages: host.navigator.languages,
  })
  const [isVacant] = await Promise.all([rest.isVacant(), speak(settings.language)])
  const engine = new Engine(port)
  const session = new Session(engine, isVacant)
  const sounds = new Sounds()
  const files = new Files(engine)
  const toasts = new Toasts(host)
  const failed = (error: unknown) =>
    toasts.show({
      text: error instanceof EngineFailure ? sentence(error) : m.media.not_played(),
      tone: 'problem',
    })
  const server = new Server(host.location.origin, rest.fetch)
  return {
    arrival: new Arrival(storageOf(() => host.sessionStorage)),
    conversations: new Conversations(engine),
    deletions: new Deletions(engine, host, storage),
    drafts: new Drafts(engine, host),
    emojiHabits: new EmojiHabits(storage),
    engine,
    files,
    layout: new Layout(),
    notifications: new Notifications(engine, rest.notifications, server, settings, sounds, storage),
    online: new Online(host),
    people: new People(engine, session),
    player: new Player(engine, files, failed),
    reminder: new Reminder(storage),
    router: new Router(host),
    scan: new Scan(),
    searches: new Searches(engine),
    server,
    session,
    settings,
    shortcuts: new Shortcuts(host.navigator.userAgent),
    sounds,
    timelines: new Timelines(engine),
    toasts,
    traffic: new Traffic(engine, settings),
    updates: new Updates(rest.updates),
  }
}

/** Even to ask for the storage throws where the browser forbids it. */
function storageOf(ask: () => Storage): Storage | undefined {
  try {
    return ask()
  } catch {
    return undefined
  }
}
