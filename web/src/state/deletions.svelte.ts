import { createContext } from 'svelte'
import { SvelteSet } from 'svelte/reactivity'
import type { Command } from '@/engine/port'
import type { Engine } from './engine.svelte'

type Deletion = Extract<Command, { command: 'delete' }>

/** As long as the word about it is shown. */
const UNDO_MS = 7_000
const KEY = 'beseda.deletions'

/**
 * Messages vanish at once and are deleted a moment later, so that a slip of the finger can be undone: what has reached
 * others can't be. What was not carried out when the page went away is carried out when it comes back.
 */
export class Deletions {
  /** Ids of messages that are not to be seen any more. */
  readonly hidden = new SvelteSet<string>()
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nobody draws it
  readonly #waiting = new Map<number, Deletion>()
  readonly #engine: Engine
  readonly #clock: Pick<Window, 'setTimeout' | 'clearTimeout'>
  readonly #storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined

  constructor(
    engine: Engine,
    clock: Pick<Window, 'setTimeout' | 'clearTimeout'>,
    storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined,
  ) {
    this.#engine = engine
    this.#clock = clock
    this.#storage = storage
  }

  /** Deletes a moment later. Returns how to undo it; `failed` hears if it did not work. */
  begin(deletion: Deletion, failed: (error: unknown) => void): () => void {
    for (const { m } of deletion.targets) this.hidden.add(m)
    const timer = this.#clock.setTimeout(() => void this.#carryOut(timer).catch(failed), UNDO_MS)
    this.#waiting.set(timer, deletion)
    this.#keep()
    return () => {
      this.#clock.clearTimeout(timer)
      this.#waiting.delete(timer)
      for (const { m } of deletion.targets) this.hidden.delete(m)
      this.#keep()
    }
  }

  /** Carries out at once what waits: the page goes away. */
  flush(): void {
    for (const timer of this.#waiting.keys()) {
      this.#clock.clearTimeout(timer)
      // It stays kept until it is done, and is tried again when the page comes back.
      void this.#carryOut(timer).catch(() => undefined)
    }
  }

  /** Carries out what was left when the page went away. */
  async resume(): Promise<void> {
    for (const deletion of read(this.#storage)) {
      // One that was carried out after all has nothing left to delete.
      await this.#engine.do(deletion).catch(() => undefined)
    }
    this.#keep()
  }

  async #carryOut(timer: number): Promise<void> {
    const deletion = this.#waiting.get(timer)
    if (!deletion) return
    try {
      await this.#engine.do(deletion)
    } catch (error) {
      for (const { m } of deletion.targets) this.hidden.delete(m)
      throw error
    } finally {
      this.#waiting.delete(timer)
      this.#keep()
    }
  }

  #keep(): void {
    try {
      if (this.#waiting.size === 0) this.#storage?.removeItem(KEY)
      else this.#storage?.setItem(KEY, JSON.stringify([...this.#waiting.values()]))
    } catch {
      // Full or forbidden: then only a page that is killed within seconds loses it.
    }
  }
}

function read(storage: Pick<Storage, 'getItem'> | undefined): readonly Deletion[] {
  let kept: unknown
  try {
    kept = JSON.parse(storage?.getItem(KEY) ?? '[]')
  } catch {
    return []
  }
  return Array.isArray(kept) ? kept.filter(isDeletion) : []
}

function isDeletion(value: unknown): value is Deletion {
  return (
    typeof value === 'object' &&
    value !== null &&
    'command' in value &&
    value.command === 'delete' &&
    'targets' in value &&
    Array.isArray(value.targets)
  )
}

export const [useDeletions, provideDeletions] = createContext<Deletions>()
