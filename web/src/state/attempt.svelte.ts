import { sentence, words, type Words } from '@/lib/failure'

/** Something that a person asked for: whether it is under way, and how it failed. */
export class Attempt {
  #busy = $state(false)
  #thrown = $state.raw<{ readonly error: unknown }>()

  get busy(): boolean {
    return this.#busy
  }

  /** Why the last try failed, in the language of now. */
  get failure(): Words | undefined {
    return this.#thrown && words(this.#thrown.error)
  }

  /** The same in one sentence, as it stands under a field. */
  get sentence(): string | undefined {
    return this.#thrown && sentence(this.#thrown.error)
  }

  /** What was thrown, to act upon it. */
  get error(): unknown {
    return this.#thrown?.error
  }

  /** Does it, unless it is being done already. Whether it was done. */
  async run(what: () => Promise<unknown>): Promise<boolean> {
    if (this.#busy) return false
    this.#busy = true
    this.#thrown = undefined
    try {
      await what()
      return true
    } catch (error) {
      this.#thrown = { error }
      return false
    } finally {
      this.#busy = false
    }
  }

  forget(): void {
    this.#thrown = undefined
  }
}
