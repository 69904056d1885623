// How parts of files are read from outside the app: the service worker answers the browser's players.

import { type Answer, type Ask, ASKS, type Part, type Result, tabChannel } from './protocol'
import type { Failure } from './types.gen'

/** Where the browser asks for a file that is played. */
export const PLAYED = '/played/'

/** An owner that does not answer within this time is not there. */
const ANSWERS_WITHIN_MS = 90_000

export interface Read extends Part {
  readonly bytes: Blob
}

/** Reads parts of files by the engine's owner, whichever tab that is in. */
export class PartReader {
  readonly #tab = crypto.randomUUID()
  readonly #asks = new BroadcastChannel(ASKS)
  readonly #answers = new BroadcastChannel(tabChannel(this.#tab))
  readonly #waiting = new Map<number, (read: Read | undefined) => void>()
  #ids = 0

  constructor() {
    this.#answers.addEventListener('message', ({ data: { id, result, blob } }: MessageEvent<Answer>) => {
      const answer = JSON.parse(result) as Result<Part, Failure>
      this.#waiting.get(id)?.('Ok' in answer && blob ? { ...answer.Ok, bytes: blob } : undefined)
    })
  }

  /** The bytes from `start` to before `end`, or to the end of the file; undefined if it can't be read. */
  read(file: number, start: number, end: number): Promise<Read | undefined> {
    const id = ++this.#ids
    return new Promise((resolve) => {
      const answered = (read: Read | undefined): void => {
        clearTimeout(late)
        this.#waiting.delete(id)
        resolve(read)
      }
      const late = setTimeout(answered, ANSWERS_WITHIN_MS, undefined)
      this.#waiting.set(id, answered)
      this.#asks.postMessage({ ask: 'read', tab: this.#tab, id, file, start, end } satisfies Ask)
    })
  }
}
