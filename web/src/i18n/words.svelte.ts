import type { load as loadFirst, loadLater as loadRest, Locale, Messages } from './gen/messages'

/** The words of one language at a time: first those of the first view, from some moment on all of them. */
export class Words {
  #now = $state.raw<{ locale: Locale; messages: Messages }>()
  /** Whether the words are wanted that are not needed for the first view. */
  #isAll = false
  /** One after the other: what was asked for last must not be undone by what comes late. */
  #loading: Promise<void> = Promise.resolve()
  readonly #first: typeof loadFirst
  readonly #rest: typeof loadRest

  constructor(first: typeof loadFirst, rest: typeof loadRest) {
    this.#first = first
    this.#rest = rest
  }

  get now(): { readonly locale: Locale; readonly messages: Messages } {
    if (!this.#now) throw new Error('no language is loaded yet')
    return this.#now
  }

  speak(locale: Locale): Promise<void> {
    return this.#inTurn(() => locale)
  }

  /** Whoever calls it waits until they are there, also if somebody else has called it before. */
  all(): Promise<void> {
    if (this.#isAll) return this.#loading
    this.#isAll = true
    return this.#inTurn(() => this.now.locale)
  }

  #inTurn(locale: () => Locale): Promise<void> {
    this.#loading = this.#loading.catch(() => undefined).then(() => this.#load(locale()))
    return this.#loading
  }

  async #load(locale: Locale): Promise<void> {
    const [first, rest] = await Promise.all([
      this.#first[locale](),
      this.#isAll ? this.#rest[locale]() : undefined,
    ])
    // What is not there is not shown before `all`: `build/messages.js` sees to that.
    this.#now = { locale, messages: { ...first, ...rest } as Messages }
  }
}
