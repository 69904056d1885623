// A page with the engine and nothing else, and a real server behind it.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test as base, type Page } from '@playwright/test'
import { build, preview } from 'vite'
import { startServer } from '../server'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export const test = base.extend<object, { url: string }>({
  url: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads from the pattern what a fixture needs.
    async ({}, use, { workerIndex }) => {
      const folder = mkdtempSync(join(tmpdir(), 'beseda-engine-'))
      const { address, stop } = await startServer(join(folder, 'data'))
      const outDir = join(folder, `page-${workerIndex}`)
      const common = {
        configFile: false,
        root: here('page'),
        logLevel: 'error',
        resolve: { alias: { '@': here('../../src') } },
        worker: { format: 'es' },
      } as const
      await build({ ...common, build: { outDir, assetsInlineLimit: 0, target: 'es2022' } })
      const site = await preview({
        ...common,
        build: { outDir },
        preview: {
          host: '127.0.0.1',
          port: 0,
          allowedHosts: true,
          proxy: { '/api': { target: `http://${address}`, ws: true } },
        },
      })
      const url = site.resolvedUrls?.local[0]
      if (!url) throw new Error('the page has no address')
      await use(url)
      await site.close()
      await stop()
      rmSync(folder, { recursive: true })
    },
    { scope: 'worker' },
  ],
})

export const ready = async (page: Page): Promise<void> => {
  await page.waitForFunction(() => window.engine.status.state === 'ready')
}

export const owner = async (page: Page): Promise<void> => {
  await page.waitForFunction(() => window.engine.status.state === 'ready' && window.engine.status.owner)
}

export const follower = async (page: Page): Promise<void> => {
  await page.waitForFunction(() => window.engine.status.state === 'ready' && !window.engine.status.owner)
}

/** Somebody signs up and opens their notes; the conversation. */
export const signUp = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const joined = await window.engine.command({
      command: 'sign_up',
      server: location.origin,
      username: null,
      password: null,
      invite: null,
      phone: false,
      device_name: 'test',
    })
    if (joined.outcome !== 'signed_up') throw new Error(joined.outcome)
    const opened = await window.engine.command({ command: 'open_direct', account: joined.account })
    if (opened.outcome !== 'conversation') throw new Error(opened.outcome)
    return opened.conversation
  })

/** Everything that was said in a conversation, oldest first. */
export const texts = (page: Page, conversation: string): Promise<string[]> =>
  page.evaluate(async (conversation) => {
    const page = await window.engine.query({ query: 'timeline', conversation, anchor: 'end', limit: 500 })
    return page.messages.flatMap(({ body }) => (body.body === 'text' ? [body.text] : []))
  }, conversation)

/** A draft of nothing but a text that is still to come. Pages are given it: what runs there sees nothing of these files. */
export const PLAIN = {
  entities: [],
  attachments: [],
  reply_to: null,
  timer: null,
  silent: false,
  once: false,
}

export const say = (page: Page, conversation: string, text: string): Promise<void> =>
  page.evaluate(
    async ({ conversation, text, plain }) => {
      const draft = { ...plain, text }
      await window.engine.command({ command: 'send', conversation, draft })
    },
    { conversation, text, plain: PLAIN },
  )
