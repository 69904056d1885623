import { EngineFailure, type EnginePort } from '@/engine/port'
import { m, speak } from '@/i18n/index.svelte'
import { sentence } from '@/lib/failure'
import { Arrival } from '@/state/arrival.svelte'
import { Conversations } from '@/state/conversations.svelte'
import { Deletions } from '@/state/deletions.svelte'
import { Engine } from '@/state/engine.svelte'
import { Files } from '@/state/files.svelte'
import { Notifications, type NotificationHost } from '@/state/notifications.svelte'
import { Layout } from '@/state/layout.svelte'
import { Online } from '@/state/online.svelte'
import { People } from '@/state/people.svelte'
import { Reminder } from '@/state/reminder.svelte'
import { Router } from '@/state/router.svelte'
import { Scan } from '@/state/scan.svelte'
import { Server } from '@/state/server.svelte'
import { Session } from '@/state/session.svelte'
import { DeviceSettings } from '@/state/settings.svelte'
import { Shortcuts } from '@/state/shortcuts.svelte'
import { Sounds } from '@/state/sounds.svelte'
import { Toasts } from '@/state/toasts.svelte'
import { Updates, type UpdateHost } from '@/state/updates.svelte'
import type { Inside, Outside } from './inside'

/** Everything that lives as long as the page. State is made here and in `inside.ts`, and nowhere else. */
export interface App {
  readonly arrival: Arrival
  readonly conversations: Conversations
  readonly deletions: Deletions
  readonly engine: Engine
  readonly files: Files
  /** What only those need who are signed in: made by the first who asks, and kept. */
  readonly inside: (make: (outside: Outside) => Inside) => Inside
  readonly layout: Layout
  readonly notifications: Notifications
  readonly online: Online
  readonly people: People
  readonly reminder: Reminder
  readonly router: Router
  readonly scan: Scan
  readonly server: Server
  readonly session: Session
  readonly settings: DeviceSettings
  readonly shortcuts: Shortcuts
  readonly sounds: Sounds
  readonly toasts: Toasts
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
  let inside: Inside | undefined
  return {
    arrival: new Arrival(storageOf(() => host.sessionStorage)),
    conversations: new Conversations(engine),
    deletions: new Deletions(engine, host, storage),
    engine,
    files,
    inside: (make) => (inside ??= make({ engine, files, window: host, storage, failed })),
    layout: new Layout(),
    notifications: new Notifications(engine, rest.notifications, server, settings, sounds, storage),
    online: new Online(host),
    people: new People(engine, session),
    reminder: new Reminder(storage),
    router: new Router(host),
    scan: new Scan(),
    server,
    session,
    settings,
    shortcuts: new Shortcuts(host.navigator.userAgent),
    sounds,
    toasts,
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
