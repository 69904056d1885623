import { createContext, untrack } from 'svelte'
import { matches, written, type Keys } from '@/lib/keys'

export interface Shortcut {
  readonly keys: Keys
  /** What it does, in words: read when it is shown, in the language of then. */
  readonly label: () => string
  readonly group: 'everywhere' | 'conversations' | 'messages' | 'writing'
  /** Absent where the browser or a component does it: then it is only listed. */
  readonly run?: () => void
  /** Also while one writes. Others are left to the text. */
  readonly whileWriting?: boolean
}

/** What keys do at the moment: whoever is on the screen binds its own, and the `?` window lists them. */
export class Shortcuts {
  /** Whether the window that lists them is open. */
  listed = $state(false)
  #bound = $state.raw<readonly Shortcut[]>([])
  readonly #mac: boolean

  constructor(platform: string) {
    this.#mac = /mac|iphone|ipad/i.test(platform)
  }

  get list(): readonly Shortcut[] {
    return this.#bound
  }

  /** How the keys are written on this machine. */
  written(keys: Keys): string[] {
    return written(keys, this.#mac)
  }

  /** For an effect: `$effect(() => shortcuts.bind({ … }))`. The one that was bound last comes first. */
  bind(...added: readonly Shortcut[]): () => void {
    // The effect that binds must not run again because of what it bound.
    this.#bound = [...untrack(() => this.#bound), ...added]
    return () => {
      this.#bound = untrack(() => this.#bound).filter((one) => !added.includes(one))
    }
  }

  readonly onkeydown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing) return
    const target = event.target instanceof Element ? event.target : undefined
    // A window or a menu has the keys to itself.
    if (target?.closest('[role=dialog], [role=alertdialog], [role=menu], [role=listbox]')) return
    const writing =
      target?.matches('input, textarea, select, [contenteditable]:not([contenteditable=false])') ?? false
    const found = this.#bound.findLast(
      (one) => one.run && (!writing || one.whileWriting) && matches(one.keys, event, this.#mac),
    )
    if (!found?.run) return
    event.preventDefault()
    found.run()
  }
}

export const [useShortcuts, provideShortcuts] = createContext<Shortcuts>()
