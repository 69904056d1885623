import { createContext } from 'svelte'

const KEY = 'beseda.emoji'
const MOST = 24

/** Which emoji this person uses: the last ones, and in which skin tone. Kept on this device. */
export class EmojiHabits {
  #recent = $state.raw<readonly string[]>([])
  #tone = $state.raw(0)
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'> | undefined

  constructor(storage: Pick<Storage, 'getItem' | 'setItem'> | undefined) {
    this.#storage = storage
    const kept = read(storage)
    this.#recent = kept.recent
    this.#tone = kept.tone
  }

  /** The last one first. */
  get recent(): readonly string[] {
    return this.#recent
  }

  /** From 1 to 5; 0 is none. */
  get tone(): number {
    return this.#tone
  }

  used(emoji: string): void {
    this.#recent = [emoji, ...this.#recent.filter((other) => other !== emoji)].slice(0, MOST)
    this.#keep()
  }

  prefer(tone: number): void {
    this.#tone = tone
    this.#keep()
  }

  #keep(): void {
    try {
      this.#storage?.setItem(KEY, JSON.stringify({ recent: this.#recent, tone: this.#tone }))
    } catch {
      // Full or forbidden: remembered until the page is closed.
    }
  }
}

function read(storage: Pick<Storage, 'getItem'> | undefined): { recent: readonly string[]; tone: number } {
  const none = { recent: [], tone: 0 }
  let kept: unknown
  try {
    kept = JSON.parse(storage?.getItem(KEY) ?? '')
  } catch {
    return none
  }
  if (typeof kept !== 'object' || kept === null || !('recent' in kept) || !('tone' in kept)) return none
  const recent = Array.isArray(kept.recent)
    ? kept.recent.filter((emoji) => typeof emoji === 'string').slice(0, MOST)
    : []
  const tone = typeof kept.tone === 'number' && Number.isInteger(kept.tone) ? kept.tone : 0
  return { recent, tone: tone >= 0 && tone <= 5 ? tone : 0 }
}

export const [useEmojiHabits, provideEmojiHabits] = createContext<EmojiHabits>()
