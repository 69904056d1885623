import { beforeEach, expect, test } from 'vitest'
import { Router } from './router.svelte'

/** A browser's history: steps, one of them current. */
class History {
  readonly #steps: { state: unknown; path: string }[]
  #at = 0
  #listener: (() => void) | undefined

  constructor(path: string) {
    this.#steps = [{ state: null, path }]
  }

  get state(): unknown {
    return this.#steps[this.#at]?.state
  }

  get path(): string {
    return this.#steps[this.#at]?.path ?? ''
  }

  get length(): number {
    return this.#steps.length
  }

  pushState(state: unknown, _: string, path: string): void {
    this.#steps.splice(this.#at + 1, Infinity, { state, path })
    this.#at += 1
  }

  replaceState(state: unknown, _: string, path: string): void {
    this.#steps[this.#at] = { state, path }
  }

  back(): void {
    this.#at -= 1
    this.#listener?.()
  }

  listen(listener: (() => void) | undefined): void {
    this.#listener = listener
  }
}

let history: History
let router: Router

function open(path: string): void {
  history = new History(path)
  router = new Router({
    history,
    location: {
      get pathname() {
        return history.path.split('#')[0] ?? ''
      },
      get hash() {
        const at = history.path.indexOf('#')
        return at < 0 ? '' : history.path.slice(at)
      },
      origin: 'https://beseda.example',
    },
    addEventListener: (_: 'popstate', listener: () => void) => history.listen(listener),
    removeEventListener: () => history.listen(undefined),
  })
  router.listen()
}

beforeEach(() => open('/'))

test('a deep link opens its place', () => {
  open('/c/0199-a/m/7')
  expect(router.route).toEqual({ at: 'conversation', conversation: '0199-a', row: 7 })
})

test('Back returns through the places that were opened', () => {
  router.go({ at: 'settings' })
  router.go({ at: 'settings', section: 'privacy' })
  expect(history.path).toBe('/settings/privacy')
  router.back()
  expect(router.route).toEqual({ at: 'settings' })
  history.back()
  expect(router.route).toEqual({ at: 'conversations' })
})

test('Back from a place that was opened by a link goes up, not out of the app', () => {
  open('/c/0199-a/info')
  router.back()
  expect(router.route).toEqual({ at: 'conversation', conversation: '0199-a' })
  router.back()
  expect(router.route).toEqual({ at: 'conversations' })
  expect(history.length).toBe(1)
})

test('a link that people pass on keeps its secret part, also on the way back', () => {
  open('/i/token#key')
  expect(router.route).toEqual({ at: 'shared', link: '/i/token#key' })
  router.go({ at: 'settings' })
  router.back()
  expect(router.route).toEqual({ at: 'shared', link: '/i/token#key' })
})

test('going where one is makes no step', () => {
  router.go({ at: 'new' })
  router.go({ at: 'new' })
  expect(history.length).toBe(2)
})

test('a form that is done is not returned to', () => {
  router.go({ at: 'new', what: 'group' })
  router.replace({ at: 'conversation', conversation: '0199-b' })
  router.back()
  expect(router.route).toEqual({ at: 'conversations' })
})

test('up from a place leaves no place behind itself', () => {
  router.go({ at: 'archive' })
  router.go({ at: 'conversation', conversation: '0199-a' })
  router.up({ at: 'archive' })
  router.up({ at: 'conversations' })
  expect(history.path).toBe('/')
  router.go({ at: 'conversation', conversation: '0199-a' })
  router.up({ at: 'archive' })
  router.up({ at: 'conversations' })
  expect(router.route).toEqual({ at: 'conversations' })
})
