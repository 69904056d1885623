import type { AccountId, AccountView, Readiness } from '@/engine/port'
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
  /** With whom there is a conversation that both accepted, or a group; undefined until that has been looked up. */
  #met = $state.raw<readonly AccountId[]>()
  #turn = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #engine: Engine
  readonly #people: People

  /** One question to the server for a word, not for each of its letters. */
  static readonly PAUSE_MS = 250

  constructor(engine: Engine, people: People) {
    this.#engine = engine
    this.#people = people
    this.#meet().catch(() => {
      this.#met = []
    })
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
    return this.#searching || this.#met === undefined
  }

  /** Why the server could not be asked. */
  get error(): unknown {
    return this.#error
  }

  /** Those who are known and fit; everybody while nothing is typed. */
  get known(): readonly Candidate[] {
    const wanted = fold(this.#text.trim().replace(/^@/, ''))
    return this.#people.all
      .filter(
        (person) =>
          this.#knows(person) && `${fold(person.name)} ${fold(person.username ?? '')}`.includes(wanted),
      )
      .map(candidate)
  }

  /** Those whom the server knows besides. */
  get found(): readonly Candidate[] {
    return this.#found.flatMap((one) => {
      if (this.#people.isMe(one.account)) return []
      const seen = this.#people.find(one.account)
      if (seen === undefined) return [one]
      return seen.blocked || seen.deleted || this.#knows(seen) ? [] : [candidate(seen)]
    })
  }

  /** Not everybody whom this device has seen: a stranger found once is one still, and so is whoever only asks to talk. */
  #knows({ account, blocked, asking, deleted, verified, nickname }: AccountView): boolean {
    if (blocked || asking || deleted) return false
    return verified || nickname !== null || this.#met?.includes(account) === true
  }

  async #meet(): Promise<void> {
    const places = await this.#engine.ask({ query: 'conversations' })
    const accepted = places.filter(({ readiness }) => !NOT_MET.includes(readiness))
    const groups = await Promise.all(
      accepted
        .filter(({ kind }) => kind === 'group')
        .map(({ conversation }) => this.#engine.ask({ query: 'members', conversation })),
    )
    this.#met = [
      ...accepted.flatMap(({ peer }) => peer ?? []),
      ...groups.flatMap((group) => group?.members.map(({ who }) => who.account) ?? []),
    ]
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

const NOT_MET: readonly Readiness[] = ['request_sent', 'request_received', 'left']

const fold = (text: string) => text.toLocaleLowerCase().normalize('NFKC')

const candidate = ({ account, name, username, online }: AccountView): Candidate => ({
  account,
  name,
  username,
  online: online === true,
})
