// The app as it is built, in Chromium, with a profile of 100,000 messages of which one conversation has half: `npm run bench
// -- FILE`, with the profile that the `speed` test of the engine keeps. There is no server: nothing here waits for one.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium as playwright } from 'playwright'
import { preview } from 'vite'
import { chromium } from '../build/chromium.js'
import { putProfile } from '../e2e/put-profile.js'
import { median, painted, scroll } from './measure.js'

const TIMES = 9
const FRAMES = { frames: 400, step: 90 }
const ROW = '[role=log] [data-row]'

const file = process.argv[2]
if (file === undefined) throw new Error('which profile? see the head of this file')
const site = await preview({ configFile: false, logLevel: 'error', preview: { host: '127.0.0.1', port: 0 } })
const address = (site.resolvedUrls?.local[0] ?? '').replace('127.0.0.1', 'localhost')
const folder = mkdtempSync(join(tmpdir(), 'beseda-bench-'))
const context = await playwright.launchPersistentContext(folder, {
  ...chromium(),
  viewport: { width: 1280, height: 800 },
  locale: 'en',
})
const page = await context.newPage()

/** Since the page was asked for until the list of conversations is painted. */
const started = () =>
  page.evaluate(async () => {
    while (!document.querySelector('[data-conversation]')) await new Promise(requestAnimationFrame)
    await new Promise(requestAnimationFrame)
    return performance.now()
  })
const firstPaint = () =>
  page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN)

await page.goto(`${address}icons/favicon.svg`)
await putProfile(page, readFileSync(file))

/** @type {[string, number, number?][]} */
const results = []

await page.goto(address)
results.push(['first start: list of 103 conversations painted', await started()])
await page.evaluate(() => navigator.serviceWorker.ready)
const starts = []
const paints = []
for (let time = 0; time < TIMES; time += 1) {
  await page.reload()
  starts.push(await started())
  paints.push(await firstPaint())
}
results.push(['start from the cache: first paint', median(paints)])
results.push(['start from the cache: list painted', median(starts)])

/** The conversations by their number of messages: the large one was spoken in last. */
const places = await page.evaluate(() =>
  [...document.querySelectorAll('[data-conversation]')].map((row) => row.getAttribute('data-conversation')),
)
/** @param {string | null | undefined} place */
const link = (place) => `[data-conversation="${place}"] a`
const [large, ...others] = places
results.push([
  'conversation of 50,000 messages opened, the first of all',
  await painted(page, { click: link(large) }, ROW),
  100,
])
/** @type {number[]} */
const opened = []
for (let time = 0; time < TIMES; time += 1) {
  await painted(page, { click: link(others[time % 5]) }, `${link(others[time % 5])}[aria-current]`)
  await page.waitForSelector(ROW)
  await page.evaluate(() => {
    for (const row of document.querySelectorAll('[role=log] [data-row]')) row.setAttribute('data-row', 'old')
  })
  opened.push(await painted(page, { click: link(large) }, `${ROW}:not([data-row="old"])`))
}
results.push(['– the next times', median(opened), 100])

const timeline = await scroll(page, '[role=log]', FRAMES)
const drawn = await page.locator(ROW).count()

await painted(page, { click: link(others[0]) }, `${link(others[0])}[aria-current]`)
await painted(page, { click: link(large) }, `${link(large)}[aria-current]`)
await page.waitForSelector(ROW)
/**
 * Says something, and waits until it is painted. How long that took, in milliseconds.
 * @param {import('playwright').Page} tab
 */
async function say(tab) {
  const before = await tab.locator(ROW).last().getAttribute('data-row')
  const newest = `[role=log] [data-row="${before}"] ~ [data-row], [role=log] :has(> [data-row="${before}"]) ~ * [data-row]`
  return () => painted(tab, { type: { into: 'textarea', text: 'a message' }, key: 'Enter' }, newest)
}

/** @type {number[]} */
const said = []
for (let time = 0; time < TIMES; time += 1) said.push(await (await say(page))())
results.push(['message said until it is painted', median(said)])

/** @type {number[]} */
const found = []
for (let time = 0; time < TIMES; time += 1) {
  const field = 'input[type=search]'
  found.push(await painted(page, { type: { into: field, text: 'договорённость' } }, 'mark'))
  await painted(page, { type: { into: field, text: '' } }, '[data-conversation]')
}
results.push(['word typed until messages are found (it waits for the next letter)', median(found)])

/**
 * The tab whose worker has the engine ends while a message is said in another one, which takes the engine over for it.
 * @param {(tab: import('playwright').Page) => unknown} end
 */
async function takenOver(end) {
  const next = await context.newPage()
  await next.goto(`${address}c/${large}`)
  await next.waitForSelector(ROW)
  const speak = await say(next)
  void end(owner)
  const time = await speak()
  owner = next
  return time
}
let owner = page
/** @type {number[]} */
const closed = []
/** @type {number[]} */
const crashed = []
for (let time = 0; time < TIMES; time += 1) {
  closed.push(await takenOver((tab) => tab.close()))
  crashed.push(
    await takenOver(async (tab) => {
      const session = await context.newCDPSession(tab)
      // There is nobody left to answer.
      session.send('Page.crash').catch(() => undefined)
    }),
  )
}
results.push(['message said while the tab with the engine closes', median(closed)])
results.push(['– while it crashes', median(crashed)])

const plain = await context.newPage()
await plain.setContent(
  `<div id="plain" style="block-size:800px;overflow:auto">${'<p>plain text that scrolls</p>'.repeat(3000)}</div>`,
)
await plain.evaluate(() => document.querySelector('#plain')?.scrollTo(0, 1e6))
const reference = await scroll(plain, '#plain', FRAMES)

for (const [what, time, budget] of results) {
  console.log(
    `${what.padEnd(70)} ${time.toFixed(0).padStart(6)} ms${budget === undefined ? '' : ` (budget ${budget})`}`,
  )
}
console.log(
  `scrolling ${FRAMES.frames} frames of ${FRAMES.step} px, ${drawn} rows in the document: timeline / plain text`,
)
console.log(`  script, style, layout  ${timeline.work.toFixed(2)} / ${reference.work.toFixed(2)} ms a frame`)
console.log(`  frames later than 25 ms  ${timeline.late} / ${reference.late}`)
console.log(`  longest frame  ${timeline.longest.toFixed(0)} / ${reference.longest.toFixed(0)} ms`)

await context.close()
await site.close()
rmSync(folder, { recursive: true })
