import { createContext } from 'svelte'
import type { AccountId, AccountView } from '@/engine/port'
import { m } from '@/i18n/index.svelte'
import type { Names } from '@/lib/event'
import type { Engine, Live } from './engine.svelte'
import type { Session } from './session.svelte'

/** Everybody whom this device has met: their names, and which of them is oneself. */
export class People implements Names {
  readonly #all: Live<AccountView[]>
  readonly #session: Session
  readonly #byAccount = $derived.by(
    () =>
      // eslint-disable-next-line svelte/prefer-svelte-reactivity -- replaced as a whole
      new Map((this.#all.now ?? []).map((person): [AccountId, AccountView] => [person.account, person])),
  )

  constructor(engine: Engine, session: Session) {
    this.#all = engine.live({ query: 'people' })
    this.#session = session
  }

  get all(): readonly AccountView[] {
    return this.#all.now ?? []
  }

  find(account: AccountId): AccountView | undefined {
    return this.#byAccount.get(account)
  }

  name(account: AccountId): string {
    return this.find(account)?.name ?? m.people.somebody()
  }

  isMe(account: AccountId): boolean {
    return this.#session.me?.account === account
  }
}

export const [usePeople, providePeople] = createContext<People>()
