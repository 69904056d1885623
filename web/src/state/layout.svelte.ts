import { createContext } from 'svelte'
import { MediaQuery } from 'svelte/reactivity'

/** How much room there is, for what a style sheet can't decide. The same bounds as in ui/Panes.svelte. */
export class Layout {
  readonly #narrow = new MediaQuery('max-width: 719px')
  readonly #touch = new MediaQuery('pointer: coarse')

  /** One pane fills the screen. */
  get narrow(): boolean {
    return this.#narrow.current
  }

  /** Fingers, no mouse: nothing may depend on hovering. */
  get touch(): boolean {
    return this.#touch.current
  }
}

export const [useLayout, provideLayout] = createContext<Layout>()
