// What tabs and the owner's worker say to each other. A tab may have another version of the app than the owner: whoever
// reads takes what he knows and leaves the rest.

import type { Command, Query } from './types.gen'
import type { FailedBecause } from './port'

/** Tabs ask here; only the owner listens. */
export const ASKS = 'beseda.engine.asks'

/** The owner tells all tabs. */
export const NEWS = 'beseda.engine.news'

/** Whoever has this lock owns the engine. */
export const LOCK = 'beseda.engine'

/** The owner answers one tab. */
export const tabChannel = (tab: string): string => `beseda.engine.tab.${tab}`

/** `id` is the tab's own and returns with the answer. */
export type Ask =
  | { readonly ask: 'hello' }
  | { readonly ask: 'goodbye'; readonly tab: string }
  | {
      readonly ask: 'command'
      readonly tab: string
      readonly id: number
      readonly key: string
      readonly command: Command
    }
  | { readonly ask: 'query'; readonly tab: string; readonly id: number; readonly query: Query }
  /** Seals a file; answered with its number. */
  | { readonly ask: 'seal'; readonly tab: string; readonly id: number; readonly plain: Blob }
  /** Opens a file that is on this device. */
  | { readonly ask: 'open'; readonly tab: string; readonly id: number; readonly file: number }
  /** A part of a file, be it here or not: the bytes from `start` to before `end`; answered with a {@link Part}. */
  | {
      readonly ask: 'read'
      readonly tab: string
      readonly id: number
      readonly file: number
      readonly start: number
      readonly end: number
    }
  | { readonly ask: 'nudge' }
  | { readonly ask: 'erase'; readonly tab: string; readonly id: number }

/** `result` is the JSON of {@link Result}. */
export interface Answer {
  readonly id: number
  readonly result: string
  /** Besides it, what can't be written as JSON. */
  readonly blob?: Blob
}

/** Of a file: its bytes come beside it. */
export interface Part {
  readonly start: number
  /** Of the whole file. */
  readonly size: number
}

/** How far something is that takes long: more will come. */
export interface Progress {
  readonly id: number
  readonly done: number
}

/** As Rust's `Result` is written. */
export type Result<T, E> = { readonly Ok: T } | { readonly Err: E }

export type News =
  /** The owner, after it has taken over and to every hello; `full` if its last write found no room. */
  | { readonly news: 'owner'; readonly owner: string; readonly tab: string; readonly full: boolean }
  /** The JSON of a notice. */
  | { readonly news: 'notice'; readonly notice: string }
  /** Everything is gone: what is shown is not true any more. */
  | { readonly news: 'erased' }

/** From a tab to its own worker. */
export interface Start {
  readonly tab: string
  /** Whether to delete the database before opening it. */
  readonly erase: boolean
}

/** From a worker to its own tab: it ends after this. */
export interface Ended {
  readonly reason: FailedBecause
  readonly detail: string
}
