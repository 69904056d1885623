const WAYS: Readonly<Record<string, { readonly x: number; readonly y: number }>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
}

/** Which way an arrow key points, without anything but Shift. */
export function arrowOf(event: KeyboardEvent): { readonly x: number; readonly y: number } | undefined {
  return event.ctrlKey || event.metaKey || event.altKey ? undefined : WAYS[event.key]
}
