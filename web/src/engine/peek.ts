// The engine where it has no database of its own: in the service worker, on a copy.

import init, { Look as Bare, start } from './wasm/engine.js'
import type { News } from './types.gen'

/** A copy of the profile's database. */
export interface Profile {
  readonly database: Uint8Array<ArrayBuffer>
  /** What lay beside it, of a transaction that was not finished. */
  readonly journal: Uint8Array<ArrayBuffer> | undefined
}

/** A look at what is new: the engine asks, and somebody posts it. */
export interface Look {
  /** What to post next; undefined at the end. */
  question(): string | undefined
  /** What was answered. */
  answer(status: number, body: Uint8Array): void
  /** What there is to tell; undefined if that could not be found out. */
  news(): News | undefined
}

/** Begins a look. `engine` is the wasm; `minute` that of the day on the wall. */
export async function peek(
  engine: Response,
  { database, journal }: Profile,
  token: string,
  minute: number,
): Promise<Look> {
  await init({ module_or_path: engine })
  start()
  const look = new Bare(database, journal, token, minute)
  return {
    question: () => look.question(),
    answer: (status, body) => look.answer(status, body),
    news: () => {
      const news = look.news()
      return news === undefined ? undefined : (JSON.parse(news) as News)
    },
  }
}
