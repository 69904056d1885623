// What Lighthouse says of the app as a server gives it out: `npm run lighthouse -- ADDRESS`, of an empty server that takes
// everybody, such as `cargo xtask run --release` starts. Fails where a score is below 95. The last major that runs on
// Node 20 is fetched for it: it is too large to be installed with everything else.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { chromium as playwright } from 'playwright'
import { chromium } from '../build/chromium.js'

const LIGHTHOUSE = 'lighthouse@12.8.2'
const LEAST = 95
const CATEGORIES = ['performance', 'accessibility', 'best-practices']
const DEVICES = { phone: [], desktop: ['--preset=desktop'] }

const address = process.argv[2]
if (address === undefined) throw new Error('which server? see the head of this file')

/** @returns {Promise<number>} */
const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const at = server.address()
      server.close(() => resolve(at !== null && typeof at === 'object' ? at.port : 0))
    })
  })

const port = await freePort()
const folder = mkdtempSync(join(tmpdir(), 'beseda-lighthouse-'))
const browser = chromium()
const context = await playwright.launchPersistentContext(folder, {
  ...browser,
  args: [...browser.args, `--remote-debugging-port=${port}`],
  locale: 'en',
})
/** @type {string[]} */
const poor = []

/**
 * @param {string} what
 * @param {string} path
 */
async function audit(what, path) {
  for (const [device, args] of Object.entries(DEVICES)) {
    const { stdout } = await promisify(execFile)(
      'npx',
      [
        '--yes',
        LIGHTHOUSE,
        new URL(path, address).href,
        `--port=${port}`,
        '--output=json',
        '--quiet',
        '--disable-storage-reset',
        `--only-categories=${CATEGORIES.join()}`,
        ...args,
      ],
      { maxBuffer: 1 << 28 },
    )
    /** @type {{ categories: Record<string, { score: number }>, audits: Record<string, { score: number | null, title: string }> }} */
    const report = JSON.parse(stdout)
    const scores = CATEGORIES.map((category) => Math.round((report.categories[category]?.score ?? 0) * 100))
    console.log(
      `${what.padEnd(24)} ${device.padEnd(8)} ${scores.map((score) => String(score).padStart(4)).join('')}`,
    )
    if (scores.every((score) => score >= LEAST)) continue
    poor.push(what)
    for (const [id, { score, title }] of Object.entries(report.audits)) {
      if (score !== null && score < 0.9) console.log(`  ${score.toFixed(2)} ${id}: ${title}`)
    }
  }
}

try {
  console.log(`${''.padEnd(33)} ${CATEGORIES.join(', ')}`)
  await audit('first visit', '/')
  await audit('choosing how to join', '/join/new')
  const page = await context.newPage()
  await page.goto(new URL('/join/username', address).href)
  await page.getByLabel('Username').fill(`auditor_${port}`)
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery')
  await page.getByRole('button', { name: 'Create' }).click()
  await page.getByRole('button', { name: 'I’ll do it later' }).click()
  await page.getByLabel('Your name').fill('Auditor')
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('button', { name: 'Done' }).waitFor({ state: 'detached' })
  // The engine lives in the tab that is audited.
  await page.close()
  await audit('signed in', '/')
  await audit('settings', '/settings/privacy')
} finally {
  await context.close()
  rmSync(folder, { recursive: true })
}
process.exitCode = poor.length > 0 ? 1 : 0
