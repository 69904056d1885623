import type { Box, Text } from './document'

/** How wide a text is whose letters are one high. */
export type Measure = (text: string) => number

export const LINE_HEIGHT = 1.25
/** Around a text, in heights of its letters. */
export const TEXT_PADDING = 0.3

/** The lines that a text is shown in: where it says so, and where there is no more room. */
export function linesOf(
  { text, size, wrap }: Pick<Text, 'text' | 'size' | 'wrap'>,
  measure: Measure,
): string[] {
  const most = wrap / size
  return text.split('\n').flatMap((line) => {
    const lines: string[] = []
    let current = ''
    // The spaces stay with what is before them.
    for (const word of line.match(/\S+\s*|\s+/g) ?? []) {
      if (current !== '' && measure((current + word).trimEnd()) > most) {
        lines.push(current.trimEnd())
        current = ''
      }
      let rest = word
      // One that is longer than a line is broken.
      while (measure(rest.trimEnd()) > most) {
        const letters = Array.from(rest)
        let count = 1
        while (count < letters.length && measure(letters.slice(0, count + 1).join('')) <= most) count += 1
        if (count >= letters.length) break
        lines.push(letters.slice(0, count).join(''))
        rest = letters.slice(count).join('')
      }
      current += rest
    }
    return [...lines, current.trimEnd()]
  })
}

/** As much of the picture as it takes, with the ground around it. */
export function textBox(text: Text, measure: Measure): Box {
  const lines = linesOf(text, measure)
  const widest = Math.max(0.5, ...lines.map(measure))
  return {
    x: text.x,
    y: text.y,
    width: (widest + 2 * TEXT_PADDING) * text.size,
    height: (lines.length * LINE_HEIGHT + 2 * TEXT_PADDING) * text.size,
    angle: text.angle,
  }
}
