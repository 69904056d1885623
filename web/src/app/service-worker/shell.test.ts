import { expect, test } from 'vitest'
import { Shell } from './shell'

const HERE = 'https://beseda.example'
const FILES = ['/', '/theme.js', '/assets/app-4f2a.js']

/** As much of a cache as is needed: what was fetched into which. */
class Kept {
  readonly caches = new Map<string, string[]>()

  open(name: string) {
    const kept = this.caches.get(name) ?? []
    this.caches.set(name, kept)
    return Promise.resolve({
      addAll: (requests: Request[]) => {
        kept.push(...requests.map(({ url, cache }) => `${new URL(url).pathname} ${cache}`))
        return Promise.resolve()
      },
    })
  }

  keys() {
    return Promise.resolve([...this.caches.keys()])
  }

  delete(name: string) {
    return Promise.resolve(this.caches.delete(name))
  }
}

function shell(kept = new Kept()): Shell {
  // Only these three are asked for.
  const caches: unknown = kept
  const isCaches = (value: unknown): value is CacheStorage => value === kept
  if (!isCaches(caches)) throw new Error('it is')
  return new Shell(caches, 'v2', FILES)
}

const get = (path: string, more: Partial<Request> = {}) => ({
  url: new URL(path, HERE).href,
  method: 'GET',
  mode: 'cors' as const,
  ...more,
})

test.each([
  ['/theme.js', '/theme.js'],
  ['/theme.js?x', '/theme.js'],
  ['/assets/app-4f2a.js', '/assets/app-4f2a.js'],
  ['/assets/former-1111.js', undefined],
  ['/api/v1/server', undefined],
  ['https://elsewhere.example/theme.js', undefined],
])('%s is answered by %s', (path, file) => {
  expect(shell().pathOf(get(path), HERE)).toBe(file)
})

test.each([
  ['/', '/'],
  ['/c/0199', '/'],
  ['/settings/privacy', '/'],
  ['/trust', undefined],
  ['/trust/beseda-ca.crt', undefined],
  ['/api/v1/server', undefined],
  ['/healthz', undefined],
])('who opens %s sees %s', (path, file) => {
  expect(shell().pathOf(get(path, { mode: 'navigate' }), HERE)).toBe(file)
})

test('nothing that changes something is answered', () => {
  expect(shell().pathOf(get('/theme.js', { method: 'POST' }), HERE)).toBeUndefined()
})

test('only names that change with their content are taken from the browser as they are', async () => {
  // A request of a page has its address; here there is none.
  const kept = new Kept()
  const Real = globalThis.Request
  globalThis.Request = class extends Real {
    constructor(path: RequestInfo | URL, init?: RequestInit) {
      super(typeof path === 'string' ? new URL(path, HERE) : path, init)
    }
  }
  try {
    await shell(kept).keep()
  } finally {
    globalThis.Request = Real
  }
  expect(kept.caches.get('shell-v2')).toEqual([
    '/ no-cache',
    '/theme.js no-cache',
    '/assets/app-4f2a.js default',
  ])
})

test('former versions go, and what is not the shell stays', async () => {
  const kept = new Kept()
  for (const name of ['shell-v1', 'shell-v2', 'notifications']) await kept.open(name)
  await shell(kept).dropOthers()
  expect([...kept.caches.keys()]).toEqual(['shell-v2', 'notifications'])
})
