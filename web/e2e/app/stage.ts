// People with browsers of their own, and a real server between them.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base } from '@playwright/test'
import { preview } from 'vite'
import { startServer } from '../server'
import { Person, type Looks } from './person'

/** A folder of pages, as web/dist, to show in place of those in the server: then a change needs no new server. */
const PAGES = process.env['BESEDA_PAGES']

/** Shows the pages at an address of their own, with the server behind them. */
async function show(pages: string, server: string): Promise<{ address: string; stop: () => Promise<void> }> {
  const site = await preview({
    configFile: false,
    logLevel: 'error',
    build: { outDir: pages },
    preview: { host: '127.0.0.1', port: 0, proxy: { '/api': { target: `http://${server}`, ws: true } } },
  })
  const address = new URL(site.resolvedUrls?.local[0] ?? '').host
  return { address, stop: () => site.close() }
}

interface Stage {
  /** What the server is started with. */
  readonly args: readonly string[]
  /** Where the server keeps everything. */
  readonly data: string
  /** Where the app is. */
  readonly url: string
  /** Somebody new with a browser, who has not opened the app yet. */
  readonly somebody: (looks?: Partial<Looks>) => Promise<Person>
  /** Somebody who has an account, a username and a name, and looks at their conversations. */
  readonly member: (username: string, name: string, looks?: Partial<Looks>) => Promise<Person>
}

export const test = base.extend<Stage>({
  args: [[], { option: true }],

  // eslint-disable-next-line no-empty-pattern -- Playwright reads from the pattern what a fixture needs.
  data: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'beseda-app-'))
    await use(join(folder, 'data'))
    rmSync(folder, { recursive: true })
  },

  url: async ({ args, data }, use) => {
    const server = await startServer(data, args)
    const site = PAGES === undefined ? undefined : await show(PAGES, server.address)
    await use(`http://localhost:${new URL(`http://${site?.address ?? server.address}`).port}/`)
    await site?.stop()
    await server.stop()
  },

  somebody: async ({ browser, url }, use) => {
    const people: Person[] = []
    await use(async (looks) => {
      const person = await Person.arrives(browser, url, looks)
      people.push(person)
      return person
    })
    for (const person of people) await person.leaves()
  },

  member: async ({ somebody }, use) => {
    await use(async (username, name, looks) => {
      const person = await somebody(looks)
      await person.signsUp(username, name)
      return person
    })
  },
})
