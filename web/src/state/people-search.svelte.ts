import type { AccountView } from '@/engine/port'
import type { Engine } from './engine.svelte'
import type { People } from './people.svelte'

/** Somebody to write to: known here, or found on the server. */
export interface Candidate {
  readonly account: string
  readonly name: string
  readonly username: string | null
  readonly online: boolean
}

/** Looks for people among those who are known here at once, and on the server as one types. */
export class PeopleSearch {
  #text = $state('')
  #found = $state.raw<readonly Candidate[]>([])
  #searching = $state(false)
  #error = $state.raw<unknown>()
  #turn = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #engine: Engine
  readonly #people: People

  /** One question to the server for a word, not for each of its letters. */
  static readonly PAUSE_MS = 250

  constructor(engine: Engine, people: People) {
    this.#engine = engine
    this.#people = people
  }

  get text(): string {
    return this.#text
  }

  set text(text: string) {
    this.#text = text
    this.#error = undefined
    clearTimeout(this.#timer)
    this.#turn += 1
    const username = text.trim().replace(/^@/, '')
    this.#searching = username !== ''
    if (username === '') this.#found = []
    else {
      const turn = this.#turn
      this.#timer = setTimeout(() => void this.#search(username, turn), PeopleSearch.PAUSE_MS)
    }
  }

  get searching(): boolean {
    return this.#searching
  }

  /** Why the server could not be asked. */
  get error(): unknown {
    return this.#error
  }

  /** Those who are known here and fit; everybody while nothing is typed. Whoever only asks to talk is not known yet. */
  get known(): readonly Candidate[] {
    const wanted = fold(this.#text.trim().replace(/^@/, ''))
    return this.#people.all
      .filter(
        (person) =>
          !person.blocked &&
          !person.asking &&
          !person.deleted &&
          `${fold(person.name)} ${fold(person.username ?? '')}`.includes(wanted),
      )
      .map(candidate)
  }

  /** Those whom the server knows besides. */
  get found(): readonly Candidate[] {
    return this.#found.filter(({ account }) => !this.#people.find(account) && !this.#people.isMe(account))
  }

  async #search(username: string, turn: number): Promise<void> {
    try {
      const outcome = await this.#engine.do({ command: 'find_accounts', username })
      if (turn !== this.#turn) return
      this.#found =
        outcome.outcome === 'accounts'
          ? outcome.accounts.map(({ account, username }) => ({
              account,
              name: username ?? '',
              username: username ?? null,
              online: false,
            }))
          : []
    } catch (error) {
      if (turn !== this.#turn) return
      this.#found = []
      this.#error = error
    }
    this.#searching = false
  }
}

const fold = (text: string) => text.toLocaleLowerCase().normalize('NFKC')

const candidate = ({ account, name, username, online }: AccountView): Candidate => ({
  account,
  name,
  username,
  online: online === true,
})
