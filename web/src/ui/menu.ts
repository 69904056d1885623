import type { Glyph } from './icons'

/** What a menu offers. The same list makes a menu under a button and one under the pointer. */
export type MenuEntry =
  | 'separator'
  | {
      readonly label: string
      readonly icon?: Glyph
      readonly tone?: 'danger'
      /** Has a mark before it, on or off. */
      readonly checked?: boolean
      readonly disabled?: boolean
      /** A key that does the same. */
      readonly keys?: string
      readonly onselect: () => void
    }
  | { readonly label: string; readonly icon?: Glyph; readonly entries: readonly MenuEntry[] }
