/** A short word about what was done, which goes away by itself. */
export interface Toast {
  readonly id: number
  readonly text: string
  /** `problem`: something did not work. Such a word stays until it is sent away. */
  readonly tone: 'done' | 'problem'
  /** What can still be done about it: undo, try again. */
  readonly action: { readonly label: string; readonly run: () => void } | undefined
}
