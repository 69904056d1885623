const MOST = 5

/** The emoji in what was typed, each once. */
export function emojisOf(typed: string): string[] {
  const clusters = Array.from(new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(typed))
  const emojis = clusters
    .map(({ segment }) => segment)
    .filter((one) => /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u.test(one))
  return [...new Set(emojis)].slice(0, MOST)
}
