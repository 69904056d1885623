/** How many colours people have in styles/tokens.css (`--person-…`, `--name-…`). */
export const PERSON_COLOURS = 8

/** The colour of an account or conversation: the same on each device, for ever. */
export function colourOf(id: string): number {
  // FNV-1a: ids that differ in their last digit get different colours.
  let hash = 0x811c9dc5
  for (let at = 0; at < id.length; at += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193) >>> 0
  }
  return ((hash ^ (hash >>> 15)) >>> 0) % PERSON_COLOURS
}

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const BEGINS_WITH_LETTER = /^[\p{L}\p{N}]/u

/** The first letters of the first and the last word: "Мария Ивановна Петрова" is "МП". An emoji alone stands for itself. */
export function initials(name: string): string {
  const firsts = name
    .trim()
    .split(/\s+/u)
    .map(
      (word) =>
        [...GRAPHEMES.segment(word.replace(/^[^\p{L}\p{N}\p{Extended_Pictographic}]+/u, ''))][0]?.segment ??
        '',
    )
    .filter((first) => first !== '')
  const letters = firsts.filter((first) => BEGINS_WITH_LETTER.test(first))
  const chosen = letters.length > 0 ? letters : firsts.slice(0, 1)
  const last = chosen.length > 1 ? (chosen.at(-1) ?? '') : ''
  return ((chosen[0] ?? '') + last).toLocaleUpperCase()
}
