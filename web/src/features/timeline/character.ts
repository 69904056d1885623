/** Where a character of a text stands on the screen, counted in Unicode scalar values. */
export function characterIn(text: Element, at: number): DOMRect {
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT)
  let left = at
  for (let node = walker.nextNode(); node instanceof Text; node = walker.nextNode()) {
    const characters = Array.from(node.data)
    if (left < characters.length) {
      const range = document.createRange()
      const start = characters.slice(0, left).join('').length
      range.setStart(node, start)
      range.setEnd(node, start + 1)
      return range.getBoundingClientRect()
    }
    left -= characters.length
  }
  return text.getBoundingClientRect()
}
