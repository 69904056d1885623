import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, expect, type Page } from '@playwright/test'
import { chromium as options } from '../../build/chromium.js'
import { owner, PLAIN, signUp, test, texts } from './stage'

const ROUNDS = 4
const BEFORE_THE_KILL = 25

/** A whole browser on a profile of its own, in a process group of its own. */
async function browse(profile: string): Promise<{ browser: Browser; page: Page; kill: () => Promise<void> }> {
  const { executablePath, args } = options()
  const port = join(profile, 'DevToolsActivePort')
  rmSync(port, { force: true })
  const flags = ['--headless', '--disable-gpu', '--remote-debugging-port=0', `--user-data-dir=${profile}`]
  const child: ChildProcess = spawn(
    executablePath ?? chromium.executablePath(),
    [...args, ...flags, 'about:blank'],
    {
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const endpoint = await new Promise<string>((resolve, reject) => {
    let said = ''
    child.stderr?.on('data', (bytes: Buffer) => {
      said += bytes.toString()
      const found = /DevTools listening on (ws:\S+)/.exec(said)
      if (found?.[1]) resolve(found[1])
    })
    child.once('exit', () => reject(new Error(said)))
  })
  const browser = await chromium.connectOverCDP(endpoint)
  const context = browser.contexts()[0]
  if (!context) throw new Error('a browser without a profile')
  const page = await context.newPage()
  const kill = async (): Promise<void> => {
    if (child.pid === undefined) throw new Error('the browser has no process')
    // The whole group at once: nobody gets to write anything more.
    process.kill(-child.pid, 'SIGKILL')
    await gone
  }
  return { browser, page, kill }
}

test('a killed browser loses nothing that was acknowledged', async ({ url }) => {
  test.setTimeout(600_000)
  const profile = mkdtempSync(join(tmpdir(), 'beseda-profile-'))
  const acknowledged: string[] = []
  let notes = ''
  for (let round = 0; round < ROUNDS; round++) {
    const { page, kill } = await browse(profile)
    await page.goto(url)
    await owner(page)
    if (notes === '') notes = await signUp(page)
    const kept = await texts(page, notes)
    // What was acknowledged is there, in its order and once; what was not may be there, too.
    expect(kept.filter((text) => acknowledged.includes(text))).toEqual(acknowledged)
    expect(new Set(kept).size).toBe(kept.length)
    let died = (): void => undefined
    const dead = new Promise<void>((resolve) => (died = resolve))
    let here = 0
    await page.exposeFunction('acknowledged', (text: string) => {
      acknowledged.push(text)
      if (++here === BEFORE_THE_KILL) void kill().then(died)
    })
    await page
      .evaluate(
        async ({ notes, round, plain }) => {
          // Without a pause, so that the end comes in the middle of one.
          for (let number = 0; ; number++) {
            const text = `${round}.${number}`
            const draft = { ...plain, text }
            await window.engine.command({ command: 'send', conversation: notes, draft })
            const { acknowledged } = window as unknown as { acknowledged: (text: string) => void }
            acknowledged(text)
          }
        },
        { notes, round, plain: PLAIN },
      )
      .catch(() => undefined)
    await dead
  }
  const { page, browser, kill } = await browse(profile)
  await page.goto(url)
  await owner(page)
  const kept = await texts(page, notes)
  expect(kept.filter((text) => acknowledged.includes(text))).toEqual(acknowledged)
  expect(acknowledged.length).toBeGreaterThanOrEqual(ROUNDS * BEFORE_THE_KILL)
  await browser.close()
  await kill().catch(() => undefined)
  rmSync(profile, { recursive: true, force: true })
})

test('what a killed browser was sending goes on, and comes back as it was', async ({ url }) => {
  test.setTimeout(600_000)
  const profile = mkdtempSync(join(tmpdir(), 'beseda-profile-'))
  const before = await browse(profile)
  await before.page.goto(url)
  await owner(before.page)
  const notes = await signUp(before.page)
  let died = (): void => undefined
  const dead = new Promise<void>((resolve) => (died = resolve))
  await before.page.exposeFunction('begun', () => void before.kill().then(died))
  await before.page
    .evaluate(
      async ({ notes, plain }) => {
        // In several pieces, none of which is like another.
        const bytes = new Uint8Array(40 * 1_048_576)
        for (let at = 0; at < bytes.length; at++) bytes[at] = (at * 2_654_435_761) >>> 24
        const file = await window.engine.seal(new Blob([bytes]))
        const attachment = { file, name: 'all.bin', media_type: '', media: { k: 'file' as const } }
        const draft = { ...plain, text: 'all', attachments: [{ ...attachment, preview: null, cover: null }] }
        await window.engine.command({ command: 'send', conversation: notes, draft })
        const { begun } = window as unknown as { begun: () => void }
        for (;;) {
          const { at } = (await window.engine.query({ query: 'file', file })) ?? {}
          if (at?.state === 'moving' && at.done > 0) begun()
        }
      },
      { notes, plain: PLAIN },
    )
    .catch(() => undefined)
  await dead

  const { page, browser, kill } = await browse(profile)
  await page.goto(url)
  await owner(page)
  const back = await page.evaluate(async (notes) => {
    const engine = window.engine
    const last = async () => {
      const { messages } = await engine.query({
        query: 'timeline',
        conversation: notes,
        anchor: 'end',
        limit: 9,
      })
      return messages.at(-1)
    }
    const changes = async (is: () => Promise<boolean>) => {
      let wake = (): void => undefined
      const stop = engine.onNotice(() => wake())
      for (;;) {
        // Listened for before it is looked: nothing comes unheard in between.
        const changed = new Promise<void>((resolve) => (wake = resolve))
        if (await is()) break
        await changed
      }
      stop()
    }
    // It is sent once the server has all of the file.
    await changes(async () => (await last())?.delivery?.state === 'sent')
    const body = (await last())?.body
    const file = body?.body === 'text' ? body.attachments[0]?.file : undefined
    if (file === undefined) throw new Error('the file is gone')
    const state = async () => (await engine.query({ query: 'file', file }))?.at.state
    await engine.command({ command: 'clear_files' })
    if ((await state()) !== 'elsewhere') throw new Error('it is still on the device')
    await engine.command({ command: 'fetch_file', file })
    await changes(async () => (await state()) === 'here')
    const bytes = new Uint8Array(await (await engine.open(file)).arrayBuffer())
    const isSame = bytes.every((byte, at) => byte === (at * 2_654_435_761) >>> 24)
    return [bytes.length, isSame]
  }, notes)
  expect(back).toEqual([40 * 1_048_576, true])
  await browser.close()
  await kill().catch(() => undefined)
  rmSync(profile, { recursive: true, force: true })
})
