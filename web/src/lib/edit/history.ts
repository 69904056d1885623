/** What was done, and what was taken back. */
export interface History<State> {
  readonly past: readonly State[]
  readonly present: State
  readonly future: readonly State[]
  /** What the last change was part of: further ones of it are the same step. */
  readonly step?: string | undefined
}

const MOST = 200

export const begun = <State>(present: State): History<State> => ({ past: [], present, future: [] })

/** Changes of the same `step` that follow each other are taken back together. */
export function changed<State>(history: History<State>, next: State, step?: string): History<State> {
  const { past, present } = history
  if (next === present) return history
  if (step !== undefined && step === history.step) return { past, present: next, future: [], step }
  return { past: [...past, present].slice(-MOST), present: next, future: [], step }
}

/** What comes next is a step of its own. */
export const settled = <State>(history: History<State>): History<State> =>
  history.step === undefined ? history : { ...history, step: undefined }

export function undone<State>({ past, present, future }: History<State>): History<State> {
  const before = past.at(-1)
  if (before === undefined) return { past, present, future }
  return { past: past.slice(0, -1), present: before, future: [present, ...future] }
}

export function redone<State>({ past, present, future }: History<State>): History<State> {
  const [next, ...rest] = future
  if (next === undefined) return { past, present, future }
  return { past: [...past, present], present: next, future: rest }
}
