import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from '@playwright/test'
import { putProfile } from '../put-profile.js'
import { owner, say, signUp, test, texts } from './stage'

const profile = (name: string): string =>
  fileURLToPath(new URL(`../../../tests/profiles/${name}.db`, import.meta.url))

const OLD = profile('schema-110')
const NEWER = profile('newer')

/** A page of the origin on which no engine runs. */
const empty = (url: string): string => new URL('/api/v1/server', url).href

test('a database of an older version is brought up to date', async ({ page, url }) => {
  await page.goto(empty(url))
  await putProfile(page, readFileSync(OLD))
  await page.goto(url)
  await owner(page)
  const conversation = await page.evaluate(async () => {
    const [first] = await window.engine.query({ query: 'conversations' })
    if (!first) throw new Error('there is no conversation')
    return first.conversation
  })
  expect(await texts(page, conversation)).toEqual(['written by an older version', 'another one'])
  await say(page, conversation, 'written by this one')
  await page.reload()
  await owner(page)
  expect(await texts(page, conversation)).toHaveLength(3)
})

test('a database of a newer version is refused and left alone', async ({ page, url }) => {
  await page.goto(empty(url))
  await putProfile(page, readFileSync(NEWER))
  await page.goto(url)
  await page.waitForFunction(() => window.engine.status.state === 'failed')
  expect(await page.evaluate(() => window.engine.status)).toMatchObject({ reason: 'newer_version' })
})

test('a damaged database is told, and erasing is the way out', async ({ page, url }) => {
  await page.goto(empty(url))
  await putProfile(page, Buffer.from('not a database'.repeat(1000)))
  await page.goto(url)
  await page.waitForFunction(() => window.engine.status.state === 'failed')
  expect(await page.evaluate(() => window.engine.status)).toMatchObject({ reason: 'damaged' })
  await page.evaluate(() => window.engine.erase())
  await owner(page)
  await signUp(page)
})

test('without a secure origin it is said why there is no engine', async ({ playwright, url }) => {
  const { chromium } = await import('../../build/chromium.js')
  const options = chromium()
  const args = [...options.args, '--host-resolver-rules=MAP beseda.test 127.0.0.1']
  const browser = await playwright.chromium.launch({ ...options, args })
  const page = await browser.newPage()
  const insecure = new URL(url)
  insecure.hostname = 'beseda.test'
  await page.goto(insecure.href)
  expect(await page.evaluate(() => window.engine.status)).toMatchObject({ reason: 'insecure_origin' })
  await browser.close()
})
