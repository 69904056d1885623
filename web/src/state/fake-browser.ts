import type { Board, Look, Pinned } from '@/lib/notification'
import type { Remembered } from '@/lib/notification-memory'
import type { NotificationHost } from './notifications.svelte'

export const OF_BROWSER = { endpoint: 'https://push.example.org/x', keys: { p256dh: 'AQ+/', auth: 'AQ==' } }

/** A place for notifications, as browsers have it: one for each tag. */
export class Wall implements Board {
  readonly pinned = new Map<string, { title: string; look: Look }>()
  /** All that was shown, in its order; with what it sounded like. */
  readonly shown: string[] = []

  getNotifications(): Promise<readonly Pinned[]> {
    return Promise.resolve(
      [...this.pinned].map(([tag, { title, look }]) => ({
        tag,
        title,
        body: look.body,
        close: () => void this.pinned.delete(tag),
      })),
    )
  }

  showNotification(title: string, look: Look): Promise<void> {
    this.shown.push(`${title}: ${look.body}${look.silent ? ' (silent)' : ''}`)
    this.pinned.set(look.tag, { title, look })
    return Promise.resolve()
  }

  get texts(): string[] {
    return [...this.pinned.values()].map(({ title, look }) => `${title}: ${look.body}`)
  }
}

/** A browser for tests: it does as it is told, and nobody was asked anything yet. */
export class FakeBrowser implements NotificationHost {
  permission: NotificationHost['permission'] = 'default'
  answer: NotificationPermission = 'granted'
  subscribed: string | undefined
  /** Its push service takes nobody. */
  refuses = false
  mayWakeQuietly = true
  watched = true
  elsewhere = false
  badges: number[] = []
  readonly wall = new Wall()
  remembered: Remembered = { language: undefined, told: {} }
  readonly memory = {
    read: () => Promise.resolve(this.remembered),
    write: (remembered: Remembered) => {
      this.remembered = remembered
      return Promise.resolve()
    },
  }

  requestPermission(): Promise<NotificationPermission> {
    this.permission = this.answer
    return Promise.resolve(this.answer)
  }

  subscription(): Promise<PushSubscriptionJSON | undefined> {
    return Promise.resolve(this.subscribed === undefined ? undefined : OF_BROWSER)
  }

  subscribe(key: string): Promise<PushSubscriptionJSON> {
    if (this.refuses) return Promise.reject(new DOMException('no push service', 'AbortError'))
    this.subscribed = key
    return Promise.resolve(OF_BROWSER)
  }

  unsubscribe(): Promise<void> {
    this.subscribed = undefined
    return Promise.resolve()
  }

  board(): Promise<Board> {
    return Promise.resolve(this.wall)
  }

  watchedAnywhere(): Promise<boolean> {
    return Promise.resolve(this.watched || this.elsewhere)
  }

  badge(count: number): void {
    this.badges.push(count)
  }

  now(): Date {
    return new Date(2026, 0, 1, 13, 45)
  }
}
