// Opens a conversation of 50,000 messages and scrolls through it: `npm run bench`. What the page spends on a frame is
// compared with what an equally busy machine gives to a page that scrolls plain text, in the same run.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium as playwright } from 'playwright'
import { build, preview } from 'vite'
import { chromium } from '../build/chromium.js'

const ROWS = 50_000
const FRAMES = 400
const STEP_PX = 90
const VIEW = { width: 1280, height: 800 }

const out = mkdtempSync(join(tmpdir(), 'beseda-bench-'))
await build({
  logLevel: 'warn',
  build: { outDir: out, rolldownOptions: { input: fileURLToPath(new URL('chat.html', import.meta.url)) } },
})
const server = await preview({ build: { outDir: out }, preview: { port: 0, host: '127.0.0.1' } })
const address = server.resolvedUrls?.local[0] ?? ''
const browser = await playwright.launch(chromium())

/**
 * Scrolls the element that `find` gives, a step for each frame.
 * @param {import('playwright').Page} page
 * @param {string} selector
 */
async function scroll(page, selector) {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  const read = async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    /** @param {string} name */
    const of = (name) => metrics.find((metric) => metric.name === name)?.value ?? 0
    return of('ScriptDuration') + of('LayoutDuration') + of('RecalcStyleDuration')
  }
  const before = await read()
  const times = await page.evaluate(
    async ({ selector, frames, step }) => {
      const scroller = document.querySelector(selector)
      if (!scroller) throw new Error(`no ${selector}`)
      /** @type {number[]} */
      const times = []
      let last = performance.now()
      for (let frame = 0; frame < frames; frame += 1) {
        scroller.scrollTop -= step
        const now = await new Promise(requestAnimationFrame)
        times.push(now - last)
        last = now
      }
      return times.slice(1)
    },
    { selector, frames: FRAMES, step: STEP_PX },
  )
  const work = ((await read()) - before) * 1000
  const late = times.filter((time) => time > 25).length
  return { work: work / FRAMES, late, longest: Math.max(...times) }
}

const page = await browser.newPage({ viewport: VIEW })
await page.goto(`${address}bench/chat.html?rows=${ROWS}&plain`)
await page.waitForSelector('[data-conversation]')
const opened = await page.evaluate(async () => {
  const link = document.querySelector('[data-conversation] a')
  if (!(link instanceof HTMLElement)) throw new Error('no conversation')
  const start = performance.now()
  link.click()
  while (!document.querySelector('[data-row]')) await new Promise(requestAnimationFrame)
  await new Promise(requestAnimationFrame)
  return performance.now() - start
})
const timeline = await scroll(page, '[role=log]')
const drawn = await page.locator('[data-row]').count()
const jumped = await page.evaluate(async () => {
  const start = performance.now()
  history.pushState({}, '', '/c/talk/m/777')
  dispatchEvent(new PopStateEvent('popstate'))
  while (!document.querySelector('[data-row="777"]')) await new Promise(requestAnimationFrame)
  await new Promise(requestAnimationFrame)
  return performance.now() - start
})

const plain = await browser.newPage({ viewport: VIEW })
await plain.setContent(
  `<div id="plain" style="block-size:800px;overflow:auto">${'<p>plain text that scrolls</p>'.repeat(3000)}</div>`,
)
await plain.evaluate(() => document.querySelector('#plain')?.scrollTo(0, 1e6))
const reference = await scroll(plain, '#plain')

console.log(`conversation of ${ROWS} messages`)
console.log(`  opened and painted in       ${opened.toFixed(0)} ms (budget 100)`)
console.log(`  jump to a message far away  ${jumped.toFixed(0)} ms`)
console.log(`  rows in the document        ${drawn}`)
console.log(`scrolling ${FRAMES} frames of ${STEP_PX} px   timeline   plain text`)
console.log(
  `  script, style, layout       ${timeline.work.toFixed(2)} ms    ${reference.work.toFixed(2)} ms a frame`,
)
console.log(`  frames later than 25 ms     ${timeline.late}          ${reference.late}`)
console.log(
  `  longest frame               ${timeline.longest.toFixed(0)} ms      ${reference.longest.toFixed(0)} ms`,
)

await browser.close()
await server.close()
rmSync(out, { recursive: true })
