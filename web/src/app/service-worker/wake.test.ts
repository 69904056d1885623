import { expect, test } from 'vitest'
import type { Look } from '@/engine/peek'
import { wake, type Surroundings } from './wake'

const TOKEN = '_________________________-________________8'
const MESSAGE = `1${TOKEN}`
const NEWS = { notifications: [], unread: 0, sound: true }

/** A look that asks twice. */
class TwoQuestions implements Look {
  readonly heard: string[] = []

  question(): string | undefined {
    return this.heard.length < 2 ? `question ${this.heard.length}` : undefined
  }

  answer(status: number, body: Uint8Array): void {
    this.heard.push(`${status} ${new TextDecoder().decode(body)}`)
  }

  news() {
    return NEWS
  }
}

function surroundings(more: Partial<Surroundings>): Surroundings {
  return {
    appIsAwake: () => Promise.resolve(false),
    profile: () => Promise.resolve({ database: new Uint8Array(1), journal: undefined }),
    look: () => Promise.resolve(new TwoQuestions()),
    fetch: (path, { body }) =>
      Promise.resolve(new Response(`${path} ${typeof body === 'string' ? body : ''}`)),
    now: () => new Date(2026, 0, 1, 13, 45),
    ...more,
  }
}

test('a wake-up leads to a look with its token at the time on the wall', async () => {
  const look = new TwoQuestions()
  const asked: unknown[] = []
  const around = surroundings({
    look: (profile, token, minute) => {
      asked.push(profile.database.length, token, minute)
      return Promise.resolve(look)
    },
  })
  expect(await wake(MESSAGE, around)).toEqual({ tell: 'news', news: NEWS })
  expect(asked).toEqual([1, TOKEN, 13 * 60 + 45])
  expect(look.heard).toEqual(['200 /api/v1/wake question 0', '200 /api/v1/wake question 1'])
})

test('an app that is open and connected tells of everything by itself', async () => {
  const around = surroundings({ appIsAwake: () => Promise.resolve(true) })
  expect(await wake(MESSAGE, around)).toEqual({ tell: 'nothing' })
})

const fails = () => Promise.reject(new Error('on purpose'))

test.each<[string, Partial<Surroundings>]>([
  ['no profile', { profile: () => Promise.resolve(undefined) }],
  ['no network', { fetch: fails }],
  ['no engine', { look: fails }],
  [
    'nothing found out',
    { look: () => Promise.resolve(Object.assign(new TwoQuestions(), { news: () => undefined })) },
  ],
])('%s: somebody called, and that is all that can be said', async (_, more) => {
  expect(await wake(MESSAGE, surroundings(more))).toEqual({ tell: 'something' })
})

test('what is no wake-up is one all the same', async () => {
  for (const message of [undefined, '', TOKEN, `2${TOKEN}`, `1${TOKEN}8`]) {
    expect(await wake(message, surroundings({}))).toEqual({ tell: 'something' })
  }
})
