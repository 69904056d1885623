// The web app under a name that is not localhost, over TLS from the server's own authority, in a browser that was told to
// trust it as a person would tell it.

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  chromium as playwright,
  expect,
  test as base,
  type BrowserContext,
  type Page,
} from '@playwright/test'
import { chromium } from '../../build/chromium.js'
import { barriers } from '../axe'
import { startServer } from '../server'

const NAME = 'nas.test'

interface Server {
  readonly port: string
  readonly folder: string
}

const test = base.extend<{ server: Server; open: (trusting: boolean) => Promise<Page> }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads from the pattern what a fixture needs.
  server: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'beseda-tls-'))
    const { address, stop } = await startServer(join(folder, 'data'), ['--tls', 'local', '--tls-name', NAME])
    await use({ port: new URL(`https://${address}`).port, folder })
    await stop()
    rmSync(folder, { recursive: true })
  },

  open: async ({ server }, use) => {
    const contexts: BrowserContext[] = []
    await use(async (trusting) => {
      const home = join(server.folder, `home-${contexts.length}`)
      const store = join(home, '.pki/nssdb')
      mkdirSync(store, { recursive: true })
      if (trusting) await trust(server, store)
      const { args, ...launch } = chromium({ whole: true })
      const context = await playwright.launchPersistentContext(join(home, 'profile'), {
        ...launch,
        args: [...args, `--host-resolver-rules=MAP ${NAME} 127.0.0.1`],
        env: { ...process.env, HOME: home },
      })
      contexts.push(context)
      return context.pages()[0] ?? (await context.newPage())
    })
    for (const context of contexts) await context.close()
  },
})

/** Fetches the certificate from the guide and installs it, as the guide says. */
async function trust({ port, folder }: Server, store: string): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/trust/beseda-ca.crt`)
  const file = join(folder, 'beseda-ca.crt')
  writeFileSync(file, Buffer.from(await answer.arrayBuffer()))
  const database = ['-d', `sql:${store}`]
  execFileSync('certutil', ['-N', ...database, '--empty-password'])
  execFileSync('certutil', ['-A', ...database, '-n', 'beseda', '-t', 'C,,', '-i', file])
}

test('a device that was told to trust the server opens the app as a secure one', async ({ server, open }) => {
  const page = await open(true)
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  const answer = await page.goto(`https://${NAME}:${server.port}/settings`)
  expect((await answer?.securityDetails())?.issuer).toContain('Beseda')
  await expect(page.locator('#app > *').first()).toBeAttached()
  expect(
    await page.evaluate(() => isSecureContext && 'serviceWorker' in navigator && 'locks' in navigator),
  ).toBe(true)
  expect(await page.evaluate(async () => (await fetch('/api/v1/server')).status)).toBe(200)
  expect(complaints).toEqual([])
})

test('the policy holds: nothing inline runs, and nothing is loaded from elsewhere', async ({
  server,
  open,
}) => {
  const page = await open(true)
  await page.goto(`https://${NAME}:${server.port}/`)
  const outcome = await page.evaluate(async () => {
    const script = document.createElement('script')
    // Setting it as a property would be refused before that: see e2e/pwa.
    script.append('window.name = "ran"')
    document.body.append(script)
    const elsewhere = await fetch('http://127.0.0.1:9/').then(
      () => 'fetched',
      () => 'refused',
    )
    return { inline: window.name, elsewhere }
  })
  expect(outcome).toEqual({ inline: '', elsewhere: 'refused' })
})

test('a device that was not told is refused, and plain HTTP shows it the way', async ({ server, open }) => {
  const refused = await open(false)
  await expect(refused.goto(`https://${NAME}:${server.port}/`)).rejects.toThrow('ERR_CERT_AUTHORITY_INVALID')
  // The browser's own page about the error is still coming; it would be in the way.
  const page = await refused.context().newPage()
  await page.goto(`http://${NAME}:${server.port}/`)
  expect(new URL(page.url()).pathname).toBe('/trust')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Let this device trust the server')
  await expect(page.getByRole('link', { name: 'Open the messenger' })).toHaveAttribute(
    'href',
    `https://${NAME}:${server.port}/`,
  )
  for (const [language, code, width, scheme] of [
    ['Русский', 'ru', 320, 'dark'],
    ['English', 'en', 1440, 'light'],
  ] as const) {
    await page.getByRole('link', { name: language }).click()
    await expect(page.locator('html')).toHaveAttribute('lang', code)
    await page.setViewportSize({ width, height: 800 })
    await page.emulateMedia({ colorScheme: scheme })
    await page.waitForFunction((width) => window.innerWidth === width, width)
    const { scrollWidth } = await page.evaluate(() => ({ scrollWidth: document.documentElement.scrollWidth }))
    expect(scrollWidth).toBeLessThanOrEqual(width)
    expect(await barriers(page)).toEqual([])
  }
})
