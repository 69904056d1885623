// The app as one installs it: without a network, over a thin one, in a newer version, and woken by its push service while no
// tab is open.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test as base, type BrowserContext, type Page } from '@playwright/test'
import { befriend, Person } from '../app/person'
import { startServer, type Server } from '../server'
import { startFront, type Front } from './front'
import { startPushService, type PushService } from './push-service'

// The server that these tests start may push to this machine.
process.env['BESEDA_PUSH'] = 'loopback'

/** Her name, or her username as long as that is all that is known of her. */
const ALICE: unknown = expect.stringMatching(/^alice/i)

interface Stage {
  readonly server: Server
  readonly front: Front
  readonly pushes: PushService
  readonly member: (username: string, name: string) => Promise<Person>
}

const test = base.extend<Stage>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads from the pattern what a fixture needs.
  server: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'beseda-pwa-'))
    const server = await startServer(join(folder, 'data'))
    await use(server)
    await server.stop()
    rmSync(folder, { recursive: true })
  },

  front: async ({ server }, use) => {
    const front = await startFront(server.address)
    await use(front)
    front.stop()
  },

  // eslint-disable-next-line no-empty-pattern -- see above.
  pushes: async ({}, use) => {
    const pushes = await startPushService()
    await use(pushes)
    pushes.stop()
  },

  member: async ({ browser, front }, use) => {
    const people: Person[] = []
    await use(async (username, name) => {
      const person = await Person.arrives(browser, front.url)
      people.push(person)
      await person.signsUp(username, name)
      return person
    })
    for (const person of people) await person.leaves()
  },
})

/** The service worker has everything, and answers from the next page on. */
const kept = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    await navigator.serviceWorker.ready
  })

/** From the next page on: what banners, notices and messages say of trouble, once each, however short it was to be seen. */
async function listenForTrouble(page: Page): Promise<string[]> {
  const heard: string[] = []
  await page.exposeFunction('hear', (text: string) => heard.push(text))
  await page.addInitScript(() => {
    const { hear } = window as unknown as { hear: (text: string) => void }
    const told = new Set(['', undefined])
    new MutationObserver(() => {
      const places = '[role=alert], [role=status], [aria-label=Notices] > *'
      const texts = [...document.querySelectorAll<HTMLElement>(places)].map((place) => place.innerText.trim())
      const unsent = /Not sent/.exec(document.querySelector('body')?.innerText ?? '')?.[0]
      for (const text of [...texts, unsent]) {
        if (told.has(text)) continue
        told.add(text)
        hear(text ?? '')
      }
    }).observe(document, { subtree: true, childList: true, characterData: true })
  })
  return heard
}

test('what slips into a page becomes no program', async ({ member }) => {
  const { page } = await member('alice', 'Alice Walker')
  const outcomes = await page.evaluate(() => {
    const outcome = (attempt: () => unknown) => {
      try {
        attempt()
        return 'done'
      } catch (error) {
        return error instanceof Error ? error.name : 'refused'
      }
    }
    const script = document.createElement('script')
    return {
      markup: outcome(() => (document.body.innerHTML = '<img src="x" onerror="alert(1)">')),
      text: outcome(() => (script.text = 'alert(1)')),
      elsewhere: outcome(() => (script.src = 'https://elsewhere.example/a.js')),
      worker: outcome(() => new Worker('https://elsewhere.example/a.js')),
      own: outcome(() => (script.src = '/theme.js')),
    }
  })
  const refused = 'TypeError'
  expect(outcomes).toEqual({
    markup: refused,
    text: refused,
    elsewhere: refused,
    worker: refused,
    own: 'done',
  })
})

test('without a network the app opens with all that it knows', async ({ front, member }) => {
  const alice = await member('alice', 'Alice Walker')
  await alice.goesTo('Notes to self')
  await alice.says('Milk, bread, matches')
  await expect(alice.message('Milk')).toContainText('Sent')
  await kept(alice.page)
  front.stop()
  await alice.page.reload()
  await expect(alice.message('Milk, bread, matches')).toBeVisible()
  await expect(alice.page.getByText('The server does not answer')).toBeVisible()
  await alice.opens('settings/appearance')
  await expect(alice.page.getByRole('heading', { name: 'Appearance' })).toBeVisible()
})

test('over a thin link the app opens and talks as over any other, and waits out where it is cut', async ({
  browser,
  front,
  member,
  server,
}) => {
  const alice = await member('alice', 'Alice Walker')
  const bob = await Person.arrives(browser, `http://localhost:${server.address.split(':')[1] ?? ''}/`)
  await bob.signsUp('bob', 'Bob Marley')
  await befriend(alice, bob)
  await kept(alice.page)
  const troubles = await listenForTrouble(alice.page)

  front.link.thin({ bitsPerSecond: 20_000, delayMillis: 300 })
  await alice.page.reload()
  await expect(alice.message('Hi!')).toBeVisible()
  await alice.says('The village says hello')
  await expect(bob.message('The village says hello')).toHaveCount(1)
  await bob.says('How is the hay?')
  await expect(alice.message('How is the hay?')).toBeVisible()
  await expect(alice.message('The village says hello')).toContainText('Read')
  expect(troubles).toEqual([])

  front.link.cut()
  await expect(alice.page.getByText('The server does not answer')).toBeVisible()
  await alice.says('Rain, and the mast is down')
  await expect(alice.message('mast is down')).toContainText(/Waits for the network|Being sent/)
  await bob.says('Still there?')
  await expect(bob.message('Still there?')).toContainText('Sent')
  front.link.mend()
  await expect(bob.message('mast is down')).toHaveCount(1)
  await expect(alice.message('Still there?')).toHaveCount(1)
  await expect(alice.message('mast is down')).toContainText('Read')
  await expect(alice.page.getByText('The server does not answer')).toBeHidden()
  expect(troubles).toEqual(['The server does not answer. We keep trying. What you write goes out later.'])
  await bob.leaves()
})

test('a newer version waits until the person wants it, and then every tab has it', async ({
  front,
  member,
}) => {
  const alice = await member('alice', 'Alice Walker')
  await kept(alice.page)
  await alice.page.reload()
  const other = await alice.context.newPage()
  await other.goto(front.url)
  const renewed = (page: Page) => page.locator('html[data-renewed]')
  const offer = (page: Page) => page.getByRole('button', { name: 'Load again' })
  await expect(offer(alice.page)).toBeHidden()
  front.renew()
  await alice.page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready
    await registration.update()
    const { installing } = registration
    if (installing)
      await new Promise((resolve) => installing.addEventListener('statechange', resolve, { once: true }))
  })
  await expect(offer(alice.page)).toBeVisible()
  await expect(offer(other)).toBeVisible()
  // A reload alone is no consent.
  await other.reload()
  await expect(offer(other)).toBeVisible()
  await expect(renewed(other)).toHaveCount(0)
  await offer(alice.page).click()
  await expect(renewed(alice.page)).toHaveCount(1)
  await expect(renewed(other)).toHaveCount(1)
  await expect(offer(other)).toBeHidden()
})

test('what another app shares goes into the conversation that the person picks', async ({
  front,
  member,
}) => {
  const alice = await member('alice', 'Alice Walker')
  await kept(alice.page)
  await alice.page.reload()
  // As the browser does by the manifest.
  await alice.page.evaluate(() => {
    const form = document.createElement('form')
    Object.assign(form, { action: '/share', method: 'post', enctype: 'multipart/form-data' })
    for (const [name, value] of Object.entries({
      title: 'A walk',
      text: '',
      url: 'https://walks.example/7',
    })) {
      form.append(Object.assign(document.createElement('input'), { name, value }))
    }
    document.body.append(form)
    form.submit()
  })
  await expect(alice.page.getByRole('heading', { name: 'Share to' })).toBeVisible()
  await expect(alice.page.getByText('https://walks.example/7')).toBeVisible()
  await alice.page.getByRole('button', { name: 'Notes to self' }).click()
  await expect(alice.page.getByRole('textbox', { name: 'Message' })).toHaveValue(
    'https://walks.example/7\nA walk',
  )
  await alice.page.goBack()
  await expect(alice.page).toHaveURL(front.url)
})

for (const [locale, fresh] of [
  ['en', 'New conversation'],
  ['ru', 'Новая беседа'],
] as const) {
  test(`the browser finds nothing wrong with the app to be installed: ${locale}`, async ({
    browser,
    front,
  }) => {
    const person = await Person.arrives(browser, front.url, { locale })
    await person.opens()
    await kept(person.page)
    const session = await person.context.newCDPSession(person.page)
    await expect(person.page.locator('link[rel=manifest]')).toHaveAttribute('href', new RegExp(locale))
    const { data, errors } = await session.send('Page.getAppManifest')
    expect(errors).toEqual([])
    expect(data).toContain(fresh)
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors')
    // All that stands against it is the test's own kind of window.
    expect(installabilityErrors.map(({ errorId }) => errorId)).toEqual(['in-incognito'])
    await person.leaves()
  })
}

/** The browser's push service is the test's: nobody asks the maker of the browser. */
async function subscribeAt(context: BrowserContext, { subscription }: PushService): Promise<void> {
  await context.addInitScript((json) => {
    const bytes = (text: string) => {
      const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
      return Uint8Array.from(binary, (letter) => letter.charCodeAt(0)).buffer
    }
    let key: ArrayBuffer | null = null
    const made = {
      options: {
        get applicationServerKey() {
          return key
        },
      },
      toJSON: () => json,
      unsubscribe: () => {
        key = null
        return Promise.resolve(true)
      },
    }
    PushManager.prototype.subscribe = function (options) {
      const wanted = options?.applicationServerKey
      key = typeof wanted === 'string' ? bytes(wanted) : null
      return Promise.resolve(made as never)
    }
    PushManager.prototype.getSubscription = () => Promise.resolve(key && (made as never))
  }, subscription)
}

/** Brings a message of the push service to the service worker, as the browser does. */
async function deliver(context: BrowserContext, url: string, data: string): Promise<void> {
  // A page that is not the app's: nothing of it is open.
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  const origin = new URL(url).origin
  const registered = new Promise<string>((resolve) => {
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const found = registrations.find(({ scopeURL }) => scopeURL.startsWith(origin))
      if (found) resolve(found.registrationId)
    })
  })
  await session.send('ServiceWorker.enable')
  await session.send('ServiceWorker.deliverPushMessage', { origin, registrationId: await registered, data })
  await page.close()
}

/** What is shown now; asked in a page or in the service worker. */
async function shown(): Promise<{ title: string; body: string }[]> {
  const scope = self as unknown as { registration?: ServiceWorkerRegistration }
  const registration = scope.registration ?? (await navigator.serviceWorker.ready)
  return (await registration.getNotifications()).map(({ title, body }) => ({ title, body }))
}

async function friends(
  member: Stage['member'],
  pushes: PushService,
): Promise<{ alice: Person; bob: Person }> {
  const alice = await member('alice', 'Alice Walker')
  const bob = await member('bob', 'Bob Marley')
  await befriend(alice, bob)
  await bob.context.grantPermissions(['notifications'])
  await subscribeAt(bob.context, pushes)
  await bob.opens('settings/notifications')
  await kept(bob.page)
  const switches = bob.page.getByRole('switch', { name: 'Notifications on this device' })
  await expect(switches).toBeChecked()
  // As long as it is being done, the switch can't be turned.
  await switches.click()
  await expect(switches).toBeEnabled()
  await expect(switches).not.toBeChecked()
  await switches.click()
  await expect(switches).toBeEnabled()
  await expect(switches).toBeChecked()
  await bob.opens()
  await bob.goesTo('alice')
  // On the same connection, behind the subscription.
  await bob.says('Good night!')
  await expect(alice.message('Good night!')).toBeVisible()
  return { alice, bob }
}

test('a closed app is woken, and shows who wrote and what', async ({ front, member, pushes }) => {
  const { alice, bob } = await friends(member, pushes)
  const [worker] = bob.context.serviceWorkers()
  if (!worker) throw new Error('there is no service worker')
  await bob.page.goto('about:blank')
  await expect(alice.page.getByText(/last seen/i)).toBeVisible()
  await alice.says('Are you awake?')
  await deliver(bob.context, front.url, await pushes.next())
  await expect.poll(() => worker.evaluate(shown)).toEqual([{ title: ALICE, body: 'Are you awake?' }])
})

/** Leaves the profile as a tab does that is closed in the midst of a transaction: pages overwritten, and a journal to undo it. */
async function breakOff(): Promise<void> {
  const SECTOR = 4096
  const root = await navigator.storage.getDirectory()
  const slots = await (await root.getDirectoryHandle('beseda')).getDirectoryHandle('.opaque')
  const found = new Map<string, FileSystemFileHandle>()
  for await (const handle of slots.values()) {
    const file = await (handle as FileSystemFileHandle).getFile()
    const name = new TextDecoder().decode(await file.slice(0, 512).arrayBuffer())
    found.set(name.slice(0, name.indexOf('\0')).replace('/', ''), handle as FileSystemFileHandle)
  }
  const [database, journal] = [found.get('engine.db'), found.get('engine.db-journal')]
  if (!database || !journal) throw new Error('there is no profile')
  const pages = await (await database.getFile()).slice(SECTOR).arrayBuffer()
  const pageSize = new DataView(pages).getUint16(16)
  const count = pages.byteLength / pageSize
  // https://www.sqlite.org/fileformat2.html#the_rollback_journal
  const undo = new DataView(new ArrayBuffer(512 + count * (pageSize + 8)))
  undo.setBigUint64(0, 0xd9d505f920a163d7n)
  for (const [at, value] of [count, 1, count, 512, pageSize].entries()) undo.setUint32(8 + at * 4, value)
  for (let page = 0; page < count; page++) {
    const bytes = new Uint8Array(pages, page * pageSize, pageSize)
    const at = 512 + page * (pageSize + 8)
    let sum = 1
    for (let byte = pageSize - 200; byte > 0; byte -= 200) sum += bytes[byte] ?? 0
    undo.setUint32(at, page + 1)
    new Uint8Array(undo.buffer, at + 4, pageSize).set(bytes)
    undo.setUint32(at + 4 + pageSize, sum)
  }
  // The tab's worker may hold the files for a moment longer than its page.
  const open = async (file: FileSystemFileHandle): Promise<FileSystemWritableFileStream> => {
    for (;;) {
      try {
        return await file.createWritable({ keepExistingData: true })
      } catch {
        await new Promise(requestAnimationFrame)
      }
    }
  }
  const write = async (file: FileSystemFileHandle, position: number, data: ArrayBuffer) => {
    const stream = await open(file)
    await stream.write({ type: 'write', position, data })
    await stream.close()
  }
  await write(journal, SECTOR, undo.buffer)
  await write(database, SECTOR + pageSize, new ArrayBuffer((count - 1) * pageSize))
}

test('an app that was closed while it wrote is woken all the same', async ({ front, member, pushes }) => {
  const { alice, bob } = await friends(member, pushes)
  const [worker] = bob.context.serviceWorkers()
  if (!worker) throw new Error('there is no service worker')
  await bob.page.goto(`${front.url}healthz`)
  await bob.page.evaluate(breakOff)
  await bob.page.goto('about:blank')
  await expect(alice.page.getByText(/last seen/i)).toBeVisible()
  await alice.says('Still there?')
  await deliver(bob.context, front.url, await pushes.next())
  await expect.poll(() => worker.evaluate(shown)).toEqual([{ title: ALICE, body: 'Still there?' }])
  await bob.opens()
  await expect(bob.page.getByText('Still there?')).toBeVisible()
})

test('an app that is open behind other windows tells of it by itself', async ({ front, member, pushes }) => {
  const { alice, bob } = await friends(member, pushes)
  await bob.page.evaluate(() => {
    // Playwright lets every page believe that it is looked at.
    document.hasFocus = () => false
    window.dispatchEvent(new Event('blur'))
  })
  await alice.says('Look here!')
  await expect.poll(() => bob.page.evaluate(shown)).toEqual([{ title: ALICE, body: 'Look here!' }])
  // A wake-up that comes all the same adds nothing.
  await deliver(bob.context, front.url, `1${'x'.repeat(43)}`)
  expect(await bob.page.evaluate(shown)).toEqual([{ title: ALICE, body: 'Look here!' }])
  await bob.page.evaluate(() => {
    Reflect.deleteProperty(document, 'hasFocus')
    window.dispatchEvent(new Event('focus'))
  })
  await bob.opens()
  await bob.goesTo('alice')
  await expect.poll(() => bob.page.evaluate(shown)).toEqual([])
})
