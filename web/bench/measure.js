// Measuring in a page.

/** @param {number[]} times */
export function median(times) {
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0
}

/**
 * Does something in the page and waits until what it leads to is painted. How long that took, in milliseconds.
 * @param {import('playwright').Page} page
 * @param {{ click?: string, type?: { into: string, text: string }, key?: string }} deed
 * @param {string} result a selector of what is to appear
 * @returns {Promise<number>}
 */
export function painted(page, deed, result) {
  return page.evaluate(
    async ({ deed, result }) => {
      /** @param {string} selector */
      const find = (selector) => {
        const found = document.querySelector(selector)
        if (!(found instanceof HTMLElement)) throw new Error(`no ${selector}`)
        return found
      }
      const start = performance.now()
      if (deed.type) {
        const field = find(deed.type.into)
        const isField = field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement
        if (!isField) throw new Error(`${deed.type.into} is no field`)
        field.focus()
        field.value = deed.type.text
        field.dispatchEvent(new InputEvent('input', { bubbles: true }))
      }
      if (deed.key)
        document.activeElement?.dispatchEvent(
          new KeyboardEvent('keydown', { key: deed.key, bubbles: true, cancelable: true }),
        )
      if (deed.click) find(deed.click).click()
      while (!document.querySelector(result)) await new Promise(requestAnimationFrame)
      await new Promise(requestAnimationFrame)
      return performance.now() - start
    },
    { deed, result },
  )
}

/**
 * Scrolls the element that `selector` finds up, a step for each frame: what the page spends on a frame, how many came late.
 * @param {import('playwright').Page} page
 * @param {string} selector
 * @param {{ frames: number, step: number }} how
 */
export async function scroll(page, selector, { frames, step }) {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  const read = async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    /** @param {string} name */
    const of = (name) => metrics.find((metric) => metric.name === name)?.value ?? 0
    return of('ScriptDuration') + of('LayoutDuration') + of('RecalcStyleDuration')
  }
  const before = await read()
  const times = await page.evaluate(
    async ({ selector, frames, step }) => {
      const scroller = document.querySelector(selector)
      if (!scroller) throw new Error(`no ${selector}`)
      /** @type {number[]} */
      const times = []
      let last = performance.now()
      for (let frame = 0; frame < frames; frame += 1) {
        scroller.scrollTop -= step
        const now = await new Promise(requestAnimationFrame)
        times.push(now - last)
        last = now
      }
      return times.slice(1)
    },
    { selector, frames, step },
  )
  const work = ((await read()) - before) * 1000
  return { work: work / frames, late: times.filter((time) => time > 25).length, longest: Math.max(...times) }
}
