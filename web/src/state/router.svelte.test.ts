import { afterEach, beforeEach, expect, test } from 'vitest'
import { Router } from './router.svelte'

let router: Router
let went: string[]

beforeEach(() => {
  went = []
  router = new Router({
    history: {
      state: null,
      pushState: (_state: unknown, _title: string, url?: string | URL | null) =>
        void went.push(`to ${String(url)}`),
      replaceState: (_state: unknown, _title: string, url?: string | URL | null) =>
        void went.push(`instead ${String(url)}`),
      back: () => void went.push('back'),
    },
    location: { pathname: '/', hash: '', origin: location.origin },
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  })
})

afterEach(() => document.body.replaceChildren())

/** Whether the browser would load a page because of the click. */
function click(html: string, how: MouseEventInit = {}): boolean {
  document.body.innerHTML = html
  let loads = true
  const listen = (event: MouseEvent) => {
    router.onclick(event)
    loads = !event.defaultPrevented
    event.preventDefault()
  }
  document.addEventListener('click', listen, { once: true })
  const target = document.querySelector('b') ?? document.querySelector('a')
  target?.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, ...how }))
  return loads
}

test('a link within the app changes the place without loading a page', () => {
  expect(click('<a href="/settings/privacy"><b>Privacy</b></a>')).toBe(false)
  expect(went).toEqual(['to /settings/privacy'])
  expect(router.route).toEqual({ at: 'settings', section: 'privacy' })
})

test('what stands behind the # of a link that people pass on is not lost', () => {
  expect(click('<a href="/i/token#key">Join</a>')).toBe(false)
  expect(went).toEqual(['to /i/token#key'])
})

test('a link may take the place of the step before', () => {
  expect(click('<a href="/join/phrase" data-replace>Next</a>')).toBe(false)
  expect(went).toEqual(['instead /join/phrase'])
})

test.each([
  ['to elsewhere', '<a href="https://elsewhere.example/settings">x</a>', {}],
  ['to a file of the server', '<a href="/api/v1/limits">x</a>', {}],
  ['to another tab', '<a href="/settings" target="_blank">x</a>', {}],
  ['that downloads', '<a href="/settings" download>x</a>', {}],
  ['with Ctrl held', '<a href="/settings">x</a>', { ctrlKey: true }],
  ['with the middle button', '<a href="/settings">x</a>', { button: 1 }],
])('a link %s is the browser’s', (_, html, how) => {
  expect(click(html, how)).toBe(true)
  expect(went).toEqual([])
})
