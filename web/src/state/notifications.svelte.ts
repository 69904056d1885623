import { createContext } from 'svelte'
import type { News, NotificationSettings, PushSubscription as Subscription } from '@/engine/port'
import { m } from '@/i18n/index.svelte'
import { urlSafe } from '@/lib/base64'
import { pin, type Board } from '@/lib/notification'
import type { Memory } from '@/lib/notification-memory'
import type { Engine, Live } from './engine.svelte'
import type { Server } from './server.svelte'
import type { DeviceSettings } from './settings.svelte'

/** What the browser offers for notifications, as much of it as is needed. */
export interface NotificationHost {
  /** Whether the person lets the app show notifications; `unsupported` where the browser has none. */
  readonly permission: NotificationPermission | 'unsupported'
  requestPermission(): Promise<NotificationPermission>
  /** Where the browser's push service wakes this device, if it does. */
  subscription(): Promise<PushSubscriptionJSON | undefined>
  /** Lets it, for a server with this key. */
  subscribe(key: string): Promise<PushSubscriptionJSON | undefined>
  unsubscribe(): Promise<void>
  /** Whether it may wake the device without showing anything. */
  readonly mayWakeQuietly: boolean
  /** Where notifications are shown; undefined where there is no place. */
  board(): Promise<Board | undefined>
  readonly memory: Pick<Memory, 'read' | 'write'>
  /** Whether the person looks at this tab. */
  readonly watched: boolean
  /** Whether the person looks at any tab of the app. */
  watchedAnywhere(): Promise<boolean>
  /** The number on the app's icon. */
  badge(count: number): void
  now(): Date
}

/** Whether the person was offered notifications and did not want them. */
const DECLINED = 'beseda.notifications.declined'

const NOTHING: News = { notifications: [], unread: 0, sound: false }

/** What this device tells its person of while they look elsewhere. */
export class Notifications {
  readonly #engine: Engine
  readonly #host: NotificationHost
  readonly #server: Pick<Server, 'info' | 'ask'>
  readonly #device: Pick<DeviceSettings, 'language'>
  readonly #sounds: { play(): void }
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'> | undefined
  readonly #settings: Live<NotificationSettings>
  #permission = $state<NotificationHost['permission']>('default')
  #unread = $state(0)
  #declined = $state(false)
  #refused = $state(false)
  /** A look at the news is under way; what happens meanwhile leads to one more. */
  #looking = false
  #again = false
  #incoming = false

  constructor(
    engine: Engine,
    host: NotificationHost,
    server: Pick<Server, 'info' | 'ask'>,
    device: Pick<DeviceSettings, 'language'>,
    sounds: { play(): void },
    storage: Pick<Storage, 'getItem' | 'setItem'> | undefined,
  ) {
    this.#engine = engine
    this.#host = host
    this.#server = server
    this.#device = device
    this.#sounds = sounds
    this.#storage = storage
    this.#declined = isSet(storage)
    this.#settings = engine.live({ query: 'notifications' })
    this.#permission = host.permission
  }

  /** How much is shown; undefined while that is not known. */
  get settings(): NotificationSettings | undefined {
    return this.#settings.now
  }

  get permission(): NotificationHost['permission'] {
    return this.#permission
  }

  /** Whether something is shown at all. */
  get on(): boolean {
    return this.#permission === 'granted' && this.settings !== undefined && this.settings.level !== 'off'
  }

  /** Whether the browser's push service would not take this device: nothing wakes it while the app is closed. */
  get refused(): boolean {
    return this.#refused
  }

  /** Whether to offer what the person was never asked about, when there is a reason to. */
  get offered(): boolean {
    return this.#permission === 'default' && !this.#declined
  }

  /** They are not offered again; the settings have them. */
  declineOffer(): void {
    this.#declined = true
    try {
      this.#storage?.setItem(DECLINED, 'yes')
    } catch {
      // A browser that forbids storage: they are offered again with the next page.
    }
  }

  /** Unread messages that are not muted. */
  get unread(): number {
    return this.#unread
  }

  /** Changes what is shown. */
  async set(part: Partial<NotificationSettings>): Promise<void> {
    const settings = await this.#engine.ask({ query: 'notifications' })
    await this.#engine.do({ command: 'set_notifications', settings: { ...settings, ...part } })
  }

  /**
   * Asks the person, and lets the server wake this device. Whether notifications are shown from now on; without a push
   * service they are, as long as the app is open: see {@link refused}.
   */
  async turnOn(): Promise<boolean> {
    if (this.#host.permission === 'unsupported') return false
    this.#permission = await this.#host.requestPermission()
    if (this.#permission !== 'granted') return false
    const settings = await this.#engine.ask({ query: 'notifications' })
    if (settings.level === 'off') await this.set({ level: 'full' })
    await this.#subscribe()
    return true
  }

  /** Nothing is shown, and this device is not woken any more. */
  async turnOff(): Promise<void> {
    await this.set({ level: 'off' })
    await this.#engine.do({ command: 'set_push_subscription', subscription: null })
    await this.#host.unsubscribe()
  }

  /** Shows what is new until the returned function is called. */
  listen(): () => void {
    const stop = this.#engine.listen((notice) => {
      switch (notice.notice) {
        case 'incoming':
          this.#look(true)
          break
        case 'timeline':
        case 'conversation':
        case 'me':
        case 'signed_out':
          this.#look(false)
          break
        default:
      }
    })
    this.#look(false)
    void this.#keepUp().catch(() => undefined)
    return stop
  }

  /** Browsers move subscriptions, and end them, as they like: tells the engine how things stand. */
  async #keepUp(): Promise<void> {
    // Nobody is here any more who could be woken.
    if (!(await this.#engine.ask({ query: 'me' }))) return this.#host.unsubscribe()
    if (this.#host.permission !== 'granted') return
    const subscription = await this.#host.subscription()
    if (subscription) return this.#tell(subscription)
    const { level } = await this.#engine.ask({ query: 'notifications' })
    if (level !== 'off') await this.#subscribe()
  }

  async #subscribe(): Promise<void> {
    if (!this.#server.info) await this.#server.ask()
    if (!this.#server.info) throw new Error('the server does not answer')
    const { pushKey } = this.#server.info
    // An empty key is that of a server that wakes nobody.
    if (pushKey === '') return
    const subscription = await this.#host.subscribe(pushKey).catch(() => undefined)
    this.#refused = subscription === undefined
    if (subscription) await this.#tell(subscription)
  }

  #look(incoming: boolean): void {
    this.#incoming ||= incoming
    this.#again = true
    if (this.#looking) return
    this.#looking = true
    void this.#lookOnce().finally(() => {
      this.#looking = false
      if (this.#again) this.#look(false)
    })
  }

  async #lookOnce(): Promise<void> {
    const incoming = this.#incoming
    this.#incoming = this.#again = false
    try {
      const news = await this.#news()
      this.#unread = news.unread
      const watched = await this.#host.watchedAnywhere()
      const isOwner = this.#engine.status.state === 'ready' && this.#engine.status.owner
      const shown = isOwner && (await this.#show(news, !watched))
      const isMine = this.#host.watched || (isOwner && !watched && !shown)
      if (incoming && news.sound && isMine) this.#sounds.play()
    } catch {
      // What is shown stays; the engine's status tells what is wrong.
    }
  }

  async #news(): Promise<News> {
    if (!(await this.#engine.ask({ query: 'me' }))) return NOTHING
    const now = this.#host.now()
    return this.#engine.ask({ query: 'news', minute: now.getHours() * 60 + now.getMinutes() })
  }

  /** Whether the browser was given something to show. */
  async #show(news: News, show: boolean): Promise<boolean> {
    this.#host.badge(news.unread)
    if (this.#host.permission !== 'granted') return false
    const board = await this.#host.board()
    if (!board) return false
    const { told } = await this.#host.memory.read()
    const now = await pin(board, news, m, told, show)
    await this.#host.memory.write({ language: this.#device.language, told: now })
    return news.notifications.length > 0
  }

  async #tell(json: PushSubscriptionJSON): Promise<void> {
    const subscription = fromJSON(json, this.#host.mayWakeQuietly)
    if (subscription) await this.#engine.do({ command: 'set_push_subscription', subscription })
  }
}

function isSet(storage: Pick<Storage, 'getItem'> | undefined): boolean {
  try {
    return storage?.getItem(DECLINED) != null
  } catch {
    return false
  }
}

function fromJSON(json: PushSubscriptionJSON, quietly: boolean): Subscription | undefined {
  const { endpoint, keys } = json
  const p256dh = keys?.['p256dh']
  const auth = keys?.['auth']
  if (endpoint === undefined || p256dh === undefined || auth === undefined) return undefined
  return { endpoint, p256dh: urlSafe(p256dh), auth: urlSafe(auth), quietly }
}

export const [useNotifications, provideNotifications] = createContext<Notifications>()
