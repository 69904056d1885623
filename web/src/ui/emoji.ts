// The table of emoji is large: it is loaded when somebody opens a picker for the first time.

export interface Emoji {
  readonly emoji: string
  readonly english: string
  readonly russian: string
  /** Light to dark; empty if it has none. */
  readonly tones: readonly string[]
  /** Everything that it is called, for the search. */
  readonly words: readonly string[]
}

export const GROUPS = [
  'smileys',
  'people',
  'nature',
  'food',
  'travel',
  'activities',
  'objects',
  'symbols',
  'flags',
] as const
export type Group = (typeof GROUPS)[number]

export interface EmojiTable {
  readonly groups: readonly { readonly group: Group; readonly emoji: readonly Emoji[] }[]
}

let table: Promise<EmojiTable> | undefined

/** All emoji. The same table each time. */
export function emojiTable(): Promise<EmojiTable> {
  table ??= import('virtual:emoji').then(({ default: groups }) => ({
    groups: GROUPS.map((group, at) => ({
      group,
      emoji: (groups[at] ?? []).map(([emoji, english, russian, tags, tones]) => ({
        emoji,
        english,
        russian,
        tones: tones ?? [],
        words: plain(`${english} ${russian} ${tags}`).split(' '),
      })),
    })),
  }))
  return table
}

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll('ё', 'е')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')

/** Emoji all of whose sought words begin one of their own, in any of the languages; those that are called so come first. */
export function findEmoji(table: EmojiTable, sought: string): readonly Emoji[] {
  const parts = plain(sought)
    .split(' ')
    .filter((part) => part !== '')
  if (parts.length === 0) return []
  const found: { emoji: Emoji; rank: number }[] = []
  for (const { emoji: all } of table.groups) {
    for (const emoji of all) {
      const places = parts.map((part) => emoji.words.findIndex((word) => word.startsWith(part)))
      if (places.some((place) => place < 0)) continue
      const names = [plain(emoji.english), plain(emoji.russian)]
      const isIts = names.includes(parts.join(' '))
      const isInName = parts.every((part) => names.some((name) => ` ${name}`.includes(` ${part}`)))
      found.push({ emoji, rank: (isIts ? 0 : isInName ? 100 : 200) + Math.max(...places) })
    }
  }
  return found.sort((a, b) => a.rank - b.rank).map(({ emoji }) => emoji)
}
