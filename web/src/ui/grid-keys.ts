/** Leads the focus through buttons that lie in a CSS grid: by arrows, Home and End. Fits a grid's `onkeydown`. */
export function leadThroughGrid(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  const grid = event.currentTarget
  const buttons = [...grid.querySelectorAll('button')]
  const at = buttons.findIndex((button) => button === event.target)
  const { direction, gridTemplateColumns } = getComputedStyle(grid)
  const back = direction === 'rtl' ? 1 : -1
  const columns = gridTemplateColumns.split(' ').length
  const steps: Record<string, number> = {
    ArrowLeft: back,
    ArrowRight: -back,
    ArrowUp: -columns,
    ArrowDown: columns,
    Home: -at,
    End: buttons.length,
  }
  const step = steps[event.key]
  if (step === undefined || at < 0) return
  event.preventDefault()
  buttons[Math.min(buttons.length - 1, Math.max(0, at + step))]?.focus()
}
