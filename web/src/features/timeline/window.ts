/**
 * Which of many rows of different heights are worth drawing. Everything is measured from the end: there a timeline is
 * read, and what changes above does not move what is seen.
 */
export interface Window {
  /** The first row that is drawn. */
  readonly from: number
  /** Behind the last one. */
  readonly to: number
  /** Space in place of the rows above and below. */
  readonly above: number
  readonly below: number
}

/**
 * @param heights of all rows, from the first to the last
 * @param below how much of the content is hidden below the viewport
 * @param viewport the viewport's height
 * @param margin how much is drawn beyond it on either side
 */
export function windowOf(
  heights: readonly number[],
  below: number,
  viewport: number,
  margin: number,
): Window {
  const low = below - margin
  const high = below + viewport + margin
  let bottom = 0
  let to = heights.length
  // Rows whose upper edge is still below what is to be drawn.
  while (to > 0 && bottom + (heights[to - 1] ?? 0) < low) {
    bottom += heights[to - 1] ?? 0
    to -= 1
  }
  const hidden = bottom
  let from = to
  while (from > 0 && bottom <= high) {
    bottom += heights[from - 1] ?? 0
    from -= 1
  }
  let above = 0
  for (let index = 0; index < from; index += 1) above += heights[index] ?? 0
  return { from, to, above, below: hidden }
}
