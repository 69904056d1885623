import { urlSafe } from '@/lib/base64'
import { Memory } from '@/lib/notification-memory'
import type { NotificationHost } from '@/state/notifications.svelte'

/** Held by each tab that the person looks at. */
const WATCHED = 'beseda.watched'

/** The browser itself. `worker`: the service worker, where there is one. */
export function notificationHost(
  host: Window & typeof globalThis,
  worker: ServiceWorkerContainer | undefined,
): NotificationHost {
  const { navigator, document } = host
  const supported = worker !== undefined && 'PushManager' in host && 'Notification' in host
  const pushes = async () => (await worker?.ready)?.pushManager
  keepWatch(host)
  const watched = () => isWatched(document)
  return {
    get permission() {
      return supported ? host.Notification.permission : 'unsupported'
    },
    requestPermission: () => host.Notification.requestPermission(),
    subscription: async () => {
      if (!supported) return undefined
      return (await (await pushes())?.getSubscription())?.toJSON()
    },
    subscribe: async (key) => {
      const options = { userVisibleOnly: true, applicationServerKey: key }
      const manager = await pushes()
      const before = await manager?.getSubscription()
      // A subscription is bound to one server's key: another one has to make room.
      if (before && !isFor(before, key)) await before.unsubscribe()
      return (await manager?.subscribe(options))?.toJSON()
    },
    unsubscribe: async () => {
      if (supported) await (await (await pushes())?.getSubscription())?.unsubscribe()
    },
    // Safari takes a subscription away for a wake-up that shows nothing, and Firefox does so after a few.
    mayWakeQuietly: navigator.vendor === 'Google Inc.',
    board: async () => {
      const registration = await worker?.getRegistration()
      return supported && registration?.active ? registration : undefined
    },
    memory: new Memory('caches' in host ? host.caches : undefined),
    get watched() {
      return watched()
    },
    watchedAnywhere: async () => {
      if (watched() || !('locks' in navigator)) return watched()
      const { held = [] } = await navigator.locks.query()
      return held.some(({ name }) => name === WATCHED)
    },
    badge: (count) => {
      if (!('setAppBadge' in navigator)) return
      // Browsers without a place for it refuse.
      const done = count > 0 ? navigator.setAppBadge(count) : navigator.clearAppBadge()
      done.catch(() => undefined)
    },
    now: () => new Date(),
  }
}

/** Whether the person looks at this tab. */
function isWatched(document: Document): boolean {
  return document.visibilityState === 'visible' && document.hasFocus()
}

/** Lets the other tabs know whether this one is looked at. */
function keepWatch(host: Window): void {
  const { navigator, document } = host
  if (!('locks' in navigator)) return
  let release: (() => void) | undefined
  const look = () => {
    const watched = isWatched(document)
    if (watched === (release !== undefined)) return
    release?.()
    release = undefined
    if (!watched) return
    const until = new Promise<void>((resolve) => (release = resolve))
    navigator.locks.request(WATCHED, { mode: 'shared' }, () => until).catch(() => undefined)
  }
  for (const event of ['focus', 'blur']) host.addEventListener(event, look)
  document.addEventListener('visibilitychange', look)
  look()
}

function isFor(subscription: PushSubscription, key: string): boolean {
  const bytes = subscription.options.applicationServerKey
  if (!bytes) return false
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)))
  return urlSafe(text) === key
}
