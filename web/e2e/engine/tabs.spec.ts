import { expect } from '@playwright/test'
import { follower, owner, PLAIN, ready, say, signUp, test, texts } from './stage'

test('a reload finds everything again', async ({ page, url }) => {
  await page.goto(url)
  await owner(page)
  const notes = await signUp(page)
  await say(page, notes, 'before')
  await page.reload()
  await owner(page)
  expect(await texts(page, notes)).toEqual(['before'])
  await say(page, notes, 'after')
  expect(await texts(page, notes)).toEqual(['before', 'after'])
})

test('what was asked for just before a reload is done once, in its order', async ({ page, url }) => {
  await page.goto(url)
  await owner(page)
  const notes = await signUp(page)
  const all = Array.from({ length: 20 }, (_, number) => `message ${number}`)
  const reloaded = page.waitForEvent('load')
  await page.evaluate(
    ({ notes, all, plain }) => {
      for (const text of all) {
        const draft = { ...plain, text }
        void window.engine.command({ command: 'send', conversation: notes, draft })
      }
      location.reload()
    },
    { notes, all, plain: PLAIN },
  )
  await reloaded
  await owner(page)
  await say(page, notes, 'afterwards')
  expect(await texts(page, notes)).toEqual([...all, 'afterwards'])
})

test('a second tab works with the first one, and goes on when that is closed', async ({ context, url }) => {
  const first = await context.newPage()
  await first.goto(url)
  await owner(first)
  const notes = await signUp(first)
  const second = await context.newPage()
  await second.goto(url)
  await follower(second)
  await second.evaluate((notes) => {
    window.engine.onNotice((notice) => {
      if (notice.notice === 'timeline' && notice.about === notes) window.ended.push('heard')
    })
  }, notes)
  await say(first, notes, 'from the first')
  // Notices reach every tab.
  await second.waitForFunction(() => window.ended.includes('heard'))
  await say(second, notes, 'from the second')
  expect(await texts(first, notes)).toEqual(['from the first', 'from the second'])
  await first.close()
  await owner(second)
  await say(second, notes, 'alone')
  expect(await texts(second, notes)).toEqual(['from the first', 'from the second', 'alone'])
})

test('what was on its way when the owner crashed is done once, in its order', async ({ context, url }) => {
  const first = await context.newPage()
  await first.goto(url)
  await owner(first)
  const notes = await signUp(first)
  const second = await context.newPage()
  await second.goto(url)
  await follower(second)
  const all = Array.from({ length: 80 }, (_, number) => `message ${number}`)
  await second.evaluate(
    ({ notes, all, plain }) => {
      for (const text of all) {
        const draft = { ...plain, text }
        void window.engine
          .command({ command: 'send', conversation: notes, draft })
          .then(() => window.ended.push(text))
      }
    },
    { notes, all, plain: PLAIN },
  )
  // Some are done, many are not.
  await second.waitForFunction(() => window.ended.length > 3)
  const crashed = first.waitForEvent('crash')
  await first.goto('chrome://crash').catch(() => undefined)
  await crashed
  await owner(second)
  await second.waitForFunction((count) => window.ended.length === count, all.length)
  expect(await second.evaluate(() => window.ended)).toEqual(all)
  expect(await texts(second, notes)).toEqual(all)
})

test('what makes the engine stop is told, and a restart is the way out', async ({ page, url }) => {
  await page.goto(url)
  await owner(page)
  const notes = await signUp(page)
  await say(page, notes, 'still here')
  // As a hostile page of this origin could: no tab sends such a thing. JSON has no text for it, so that the worker
  // itself fails.
  await page.evaluate(() => {
    const asks = new BroadcastChannel('beseda.engine.asks')
    asks.postMessage({ ask: 'query', tab: 'x', id: 1, query: 1n })
  })
  await page.waitForFunction(() => window.engine.status.state === 'failed')
  expect(await page.evaluate(() => window.engine.status)).toMatchObject({
    state: 'failed',
    reason: 'crashed',
  })
  await page.evaluate(() => window.engine.restart())
  await owner(page)
  expect(await texts(page, notes)).toEqual(['still here'])
})

test('a question that no version knows is refused and disturbs nobody', async ({ page, url }) => {
  await page.goto(url)
  await ready(page)
  const failure = await page.evaluate(async () => {
    const query = JSON.parse('{"query":"hologram"}')
    return window.engine.query(query).then(
      () => 'answered',
      (error: unknown) => JSON.stringify(error),
    )
  })
  expect(failure).toContain('invalid')
  expect(await page.evaluate(() => window.engine.query({ query: 'me' }))).toBeNull()
})

test('erasing leaves nothing, in any tab', async ({ context, url }) => {
  const first = await context.newPage()
  await first.goto(url)
  await owner(first)
  const notes = await signUp(first)
  await say(first, notes, 'to be forgotten')
  const second = await context.newPage()
  await second.goto(url)
  await follower(second)
  const reloaded = [first.waitForEvent('load'), second.waitForEvent('load')]
  await second.evaluate(() => void window.engine.erase())
  await Promise.all(reloaded)
  await ready(second)
  expect(await second.evaluate(() => window.engine.query({ query: 'me' }))).toBeNull()
  expect(await texts(second, notes)).toEqual([])
  await signUp(second)
})
