import {
  EngineFailure,
  type Answer,
  type AnswerTo,
  type Command,
  type EnginePort,
  type EngineStatus,
  type Failure,
  type Notice,
  type Outcome,
  type Query,
} from './port'

type Kind = Query['query']
type Asked<K extends Kind> = Extract<Query, { query: K }>
type Told<K extends Kind> = Extract<Answer, { query: K }>['answer']
type Views = { [K in Kind]?: (query: Asked<K>) => Told<K> }
type Commanded<K extends Command['command']> = Extract<Command, { command: K }>

/** An engine for component tests: it shows what it was told to show, and remembers what it was told to do. */
export class FakeEngine implements EnginePort {
  /** Everything that was asked of it, oldest first. */
  readonly commands: Command[] = []
  readonly views: Views
  #status: EngineStatus = { state: 'ready', owner: true, persisted: true }
  readonly #answers = new Map<string, (command: Command) => Outcome | Promise<Outcome>>()
  readonly #notices = new Set<(notice: Notice) => void>()
  readonly #statuses = new Set<(status: EngineStatus) => void>()

  constructor(views: Views = {}) {
    this.views = views
  }

  get status(): EngineStatus {
    return this.#status
  }

  /** From now on this command ends so; others are done. */
  on<K extends Command['command']>(
    command: K,
    answer: (command: Commanded<K>) => Outcome | Promise<Outcome>,
  ): void {
    this.#answers.set(command, (given) => answer(given as Commanded<K>))
  }

  /** From now on this command fails so. */
  fail(command: Command['command'], failure: Failure): void {
    this.#answers.set(command, () => Promise.reject(new EngineFailure(failure)))
  }

  tell(notice: Notice): void {
    for (const listener of this.#notices) listener(notice)
  }

  become(status: EngineStatus): void {
    this.#status = status
    for (const listener of this.#statuses) listener(status)
  }

  async command(command: Command): Promise<Outcome> {
    this.commands.push(command)
    return (await this.#answers.get(command.command)?.(command)) ?? { outcome: 'done' }
  }

  query<Q extends Query>(query: Q): Promise<AnswerTo<Q>> {
    // `Views` promises that the answer fits its question.
    const view = this.views[query.query] as ((query: Q) => never) | undefined
    if (!view) return Promise.reject(new Error(`the test says nothing about ${query.query}`))
    try {
      return Promise.resolve(view(query))
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)))
    }
  }

  /** Files that were sealed, by their number. */
  readonly files = new Map<number, Blob>()

  seal(plain: Blob, told?: (done: number) => void): Promise<number> {
    const number = this.files.size + 1
    this.files.set(number, plain)
    told?.(plain.size)
    return Promise.resolve(number)
  }

  open(file: number): Promise<Blob> {
    const plain = this.files.get(file)
    return plain ? Promise.resolve(plain) : Promise.reject(new EngineFailure({ kind: 'not_found' }))
  }

  onNotice(listener: (notice: Notice) => void): () => void {
    this.#notices.add(listener)
    return () => this.#notices.delete(listener)
  }

  onStatus(listener: (status: EngineStatus) => void): () => void {
    this.#statuses.add(listener)
    return () => this.#statuses.delete(listener)
  }

  restart(): void {
    this.become({ state: 'starting' })
  }

  erase(): Promise<void> {
    this.become({ state: 'starting' })
    return Promise.resolve()
  }
}
