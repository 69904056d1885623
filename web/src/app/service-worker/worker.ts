import { load } from '@/i18n/gen/messages'
import { preferred } from '@/i18n/preferred'
import { pathOf, pin, pinSomething } from '@/lib/notification'
import { Memory } from '@/lib/notification-memory'
import { shareAddress } from '@/lib/share'
import { PartReader } from '@/engine/part'
import { peek } from '@/engine/peek'
import { played, wanted } from './played'
import { profile } from './profile'
import { Shell } from './shell'
import { wake } from './wake'

declare const self: ServiceWorkerGlobalScope
/** Put in by the build. */
declare const __VERSION__: string
declare const __FILES__: readonly string[]
declare const __ENGINE__: string

/** Where the browser posts what other apps share, as the manifest says. */
const SHARED = '/share'
/** How long an open tab has to say that its engine is connected. */
const SAYS_WITHIN = 1_500

const shell = new Shell(self.caches, __VERSION__, __FILES__)
const memory = new Memory(self.caches)
let parts: PartReader | undefined

self.addEventListener('install', (event) => event.waitUntil(shell.keep()))

// Pages that are there before it can play films as well.
self.addEventListener('activate', (event) =>
  event.waitUntil(Promise.all([shell.dropOthers(), self.clients.claim()])),
)

self.addEventListener('fetch', (event) => {
  if (event.request.method === 'POST' && new URL(event.request.url).pathname === SHARED) {
    event.respondWith(share(event.request))
    return
  }
  const want = wanted(event.request, self.location.origin)
  if (want) {
    parts ??= new PartReader()
    event.respondWith(parts.read(want.file, want.start, want.end).then((read) => played(want, read)))
    return
  }
  const path = shell.pathOf(event.request, self.location.origin)
  if (path === undefined) return
  // The browser may have evicted the file.
  event.respondWith(shell.file(path).then((kept) => kept ?? self.fetch(event.request)))
})

self.addEventListener('message', (event) => {
  // The person agreed to the new version: it takes over, and the pages reload.
  if (event.data === 'take-over') event.waitUntil(self.skipWaiting())
})

/** What another app shares goes into the app, and not to the server. */
async function share(request: Request): Promise<Response> {
  return Response.redirect(shareAddress(await request.formData()), 303)
}

self.addEventListener('push', (event) => event.waitUntil(woken(event.data?.text())))

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(open(pathOf(event.notification.data) ?? '/'))
})

async function woken(message: string | undefined): Promise<void> {
  const told = await wake(message, {
    appIsAwake,
    profile: async () => profile(await self.navigator.storage.getDirectory()),
    look: async (copy, token, minute) => {
      const engine = (await shell.file(__ENGINE__)) ?? (await self.fetch(__ENGINE__))
      return peek(engine, copy, token, minute)
    },
    fetch: (path, options) => self.fetch(path, options),
    now: () => new Date(),
  })
  if (told.tell === 'nothing') return
  const before = await memory.read()
  const wishes = [...(before.language === undefined ? [] : [before.language]), ...self.navigator.languages]
  const m = await load[preferred(wishes)]()
  if (told.tell === 'something') return pinSomething(self.registration, m, Date.now())
  const now = await pin(self.registration, told.news, m, before.told, true)
  await memory.write({ ...before, told: now })
  await badge(told.news.unread)
}

async function badge(unread: number): Promise<void> {
  if (!('setAppBadge' in self.navigator)) return
  await (unread > 0 ? self.navigator.setAppBadge(unread) : self.navigator.clearAppBadge())
}

async function appIsAwake(): Promise<boolean> {
  const tabs = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  if (tabs.length === 0) return false
  return new Promise((resolve) => {
    const channels = tabs.map((tab) => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => resolve(true)
      tab.postMessage('awake?', [port2])
      return port1
    })
    setTimeout(() => {
      for (const channel of channels) channel.close()
      resolve(false)
    }, SAYS_WITHIN)
  })
}

async function open(path: string): Promise<void> {
  const tabs = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const tab = tabs.find((found) => found.focused) ?? tabs[0]
  if (!tab) {
    await self.clients.openWindow(path)
    return
  }
  await tab.focus()
  tab.postMessage({ goTo: path })
}
