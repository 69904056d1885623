const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
// Shown as a picture by itself, by a variation selector, as a flag, or as a keycap. Not "7", "#" or "©".
const EMOJI =
  /^(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}️|\p{Extended_Pictographic}‍|\p{Extended_Pictographic}\p{Emoji_Modifier}|\p{Regional_Indicator}{2}|[0-9#*]️?⃣)/u

export interface TextRun {
  readonly text: string
  readonly emoji: boolean
}

/** The text cut where emoji begin and end, each emoji by itself. */
export function runs(text: string): TextRun[] {
  const found: TextRun[] = []
  let plain = ''
  for (const { segment } of GRAPHEMES.segment(text)) {
    if (!EMOJI.test(segment)) {
      plain += segment
      continue
    }
    if (plain !== '') found.push({ text: plain, emoji: false })
    plain = ''
    found.push({ text: segment, emoji: true })
  }
  if (plain !== '') found.push({ text: plain, emoji: false })
  return found
}

const LONGEST_EMOJI = 40
const MOST = 3

/** How many emoji a text is, if it is nothing else and at most three: those are shown big. Otherwise 0. */
export function onlyEmoji(text: string): number {
  if (text.length > MOST * LONGEST_EMOJI) return 0
  const parts = runs(text).filter((run) => run.text.trim() !== '')
  return parts.length <= MOST && parts.every((run) => run.emoji) ? parts.length : 0
}
