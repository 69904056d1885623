import { marked } from '@/lib/formatting'

type Parts = ReturnType<typeof marked>

/** Characters before the first match that still tell what it is about. */
const BEFORE = 24
const MOST = 160

/** The part of a text around its first match, with what matches marked. */
export function excerpt(text: string, matches: readonly (readonly [number, number])[]): Parts {
  const characters = Array.from(text)
  const first = matches[0]?.[0] ?? 0
  const cut = Math.max(0, first - BEFORE)
  // Not in the middle of a word.
  const space = cut === 0 ? 0 : characters.indexOf(' ', cut) + 1
  const from = space > 0 && space <= first ? space : cut
  const shown = characters
    .slice(from, from + MOST)
    .join('')
    .replaceAll('\n', ' ')
  const parts = marked(
    shown,
    matches
      .filter(([start]) => start >= from && start < from + MOST)
      .map(([start, length]) => [start - from, length]),
  )
  const lead: Parts = from > 0 ? [{ text: '…', hit: false }] : []
  const rest: Parts = from + MOST < characters.length ? [{ text: '…', hit: false }] : []
  return [...lead, ...parts, ...rest]
}
