import type { UpdateHost } from '@/state/updates.svelte'

const SCRIPT = '/sw.js'

/** Registers the service worker, and hears of new versions of the app by it. */
export function updateHost(host: Window, worker: ServiceWorkerContainer | undefined): UpdateHost {
  const told = new Set<() => void>()
  let registration: ServiceWorkerRegistration | undefined
  const tell = () => {
    // The very first version has nobody to wait for.
    if (registration?.waiting && registration.active) for (const listener of told) listener()
  }

  const follow = (found: ServiceWorkerRegistration) => {
    registration = found
    tell()
    found.addEventListener('updatefound', () => found.installing?.addEventListener('statechange', tell))
    // A tab may stay open for weeks.
    host.document.addEventListener('visibilitychange', () => {
      if (host.document.visibilityState === 'visible') found.update().catch(() => undefined)
    })
  }
  // Without it the app works all the same, but not without a network.
  worker?.register(SCRIPT, { updateViaCache: 'none' }).then(follow, () => undefined)

  // Somebody agreed to the new version, here or in another tab: the files of this one are gone.
  let controlled = worker?.controller !== null
  worker?.addEventListener('controllerchange', () => {
    if (controlled) host.location.reload()
    controlled = true
  })

  return {
    onWaiting(listener) {
      told.add(listener)
      tell()
      return () => void told.delete(listener)
    },
    takeOver: () => registration?.waiting?.postMessage('take-over'),
  }
}
