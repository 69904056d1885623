import type { Answer, Command, Failure, Notice, Outcome, Query } from './types.gen'

export type * from './types.gen'

/**
 * The client engine, as the app sees it. It runs in a worker, of this tab or of another one: nobody who uses the port
 * has to know.
 */
export interface EnginePort {
  /** Resolves when the engine has accepted or done it; rejects with an {@link EngineFailure}. Never done twice. */
  command(command: Command): Promise<Outcome>

  /** Reads a view. Rejects with an {@link EngineFailure}. */
  query<Q extends Query>(query: Q): Promise<AnswerTo<Q>>

  /** Seals a file, which is kept on this device; its number, for a command. `told` hears how many bytes are done. */
  seal(plain: Blob, told?: (done: number) => void): Promise<number>

  /** A file that is on this device; rejects with an {@link EngineFailure} if it is not, or is damaged. */
  open(file: number): Promise<Blob>

  /** Hears what has changed: read the view again. Returns how to stop. */
  onNotice(listener: (notice: Notice) => void): () => void

  /** How the engine is now. */
  readonly status: EngineStatus

  /** Hears each new status. Returns how to stop. */
  onStatus(listener: (status: EngineStatus) => void): () => void

  /** Starts anew after a failure; what was asked meanwhile is asked again. */
  restart(): void

  /** Deletes everything that is kept on this device, history and keys included, and starts empty. */
  erase(): Promise<void>
}

/** What a query is answered with. */
export type AnswerTo<Q extends Query> = Extract<Answer, { query: Q['query'] }>['answer']

export type EngineStatus =
  | { readonly state: 'starting' }
  | {
      readonly state: 'ready'
      /** Whether the engine is in this tab's worker: only then does closing the tab interrupt it for a moment. */
      readonly owner: boolean
      /** Whether the browser has promised not to evict the database; if not, the history may be lost one day. */
      readonly persisted: boolean
      /** Whether the disk or the browser's share of it is full: what is here can be read, nothing new be kept. */
      readonly full?: true
    }
  | {
      readonly state: 'failed'
      readonly reason: FailedBecause
      /** For a report to developers; holds nothing that people wrote. */
      readonly detail: string
    }

/** Why there is no engine. */
export type FailedBecause =
  /** The page came over plain HTTP from a name that is not localhost: the browser gives it no storage. */
  | 'insecure_origin'
  /** The browser lacks what the engine needs (WebAssembly, Web Locks, the origin private file system). */
  | 'unsupported'
  /** A private window, whose storage the browser refuses. */
  | 'private_mode'
  /** The disk or the browser's share of it is full. */
  | 'quota'
  /** The browser refuses storage, by a setting or for a reason that it does not tell. */
  | 'no_storage'
  /** The database is of a newer version of the app: reload to get that. */
  | 'newer_version'
  /** The database is damaged: `erase` is the way out when a restart does not help. */
  | 'damaged'
  /** The engine's files could not be loaded: no network yet. */
  | 'not_loaded'
  /** The engine stopped where it never should. */
  | 'crashed'

/** A command or query that failed. `failure` is what to put into words and act upon. */
export class EngineFailure extends Error {
  override readonly name = 'EngineFailure'
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.kind)
    this.failure = failure
  }
}
