import { createContext } from 'svelte'
import { href, parent, parse, type Route } from '@/lib/route'

/** The part of `window` that the router lives on. */
export interface RouterHost {
  readonly history: Pick<History, 'state' | 'pushState' | 'replaceState' | 'back'>
  readonly location: Pick<Location, 'pathname' | 'hash' | 'origin'>
  addEventListener(event: 'popstate', listener: () => void): void
  removeEventListener(event: 'popstate', listener: () => void): void
}

/** Where the person is, kept in the browser's history: its Back button is the app's. */
export class Router {
  #route = $state.raw<Route>({ at: 'conversations' })
  readonly #host: RouterHost

  constructor(host: RouterHost) {
    this.#host = host
    this.#route = parse(this.#address)
  }

  get route(): Route {
    return this.#route
  }

  /** Follows the Back and Forward buttons until the returned function is called. */
  listen(): () => void {
    const follow = () => {
      this.#route = parse(this.#address)
    }
    this.#host.addEventListener('popstate', follow)
    return () => this.#host.removeEventListener('popstate', follow)
  }

  go(route: Route): void {
    if (href(route) === this.#address) return
    this.#host.history.pushState({ depth: this.#depth() + 1, from: this.#address }, '', href(route))
    this.#route = route
  }

  /** Goes there without a step that Back would return to, as after a form is done. */
  replace(route: Route): void {
    this.#host.history.replaceState({ depth: this.#depth(), from: this.#from() }, '', href(route))
    this.#route = route
  }

  /** One step back; up to the parent place if the person came straight here from outside. */
  back(): void {
    if (this.#depth() > 0) this.#host.history.back()
    else this.replace(parent(this.#route))
  }

  /** Up to a place that is wider: a step back if the person came from there, so that no place lies behind itself. */
  up(route: Route): void {
    if (this.#from() === href(route)) this.#host.history.back()
    else this.replace(route)
  }

  /** For a click on the document: a link within the app changes the place without loading the page again. */
  readonly onclick = (event: MouseEvent): void => {
    if (event.defaultPrevented || event.button !== 0) return
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (!link || link.target !== '' || link.hasAttribute('download')) return
    if (link.origin !== this.#host.location.origin) return
    const route = parse(link.pathname + link.hash)
    if (route.at === 'missing') return
    event.preventDefault()
    if (link.dataset['replace'] === undefined) this.go(route)
    else this.replace(route)
  }

  get #address(): string {
    return this.#host.location.pathname + this.#host.location.hash
  }

  /** How many steps of the app lie behind this one. */
  #depth(): number {
    const state: unknown = this.#host.history.state
    if (typeof state !== 'object' || state === null || !('depth' in state)) return 0
    return typeof state.depth === 'number' ? state.depth : 0
  }

  /** The address of the step before this one, if it is one of the app. */
  #from(): string | undefined {
    const state: unknown = this.#host.history.state
    if (typeof state !== 'object' || state === null || !('from' in state)) return undefined
    return typeof state.from === 'string' ? state.from : undefined
  }
}

export const [useRouter, provideRouter] = createContext<Router>()
