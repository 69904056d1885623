import type { Attachment } from 'svelte/attachments'

const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false

/** Files may be dropped on an element; `over` hears whether some are held above it. */
export function dropFiles(
  ondropped: ((files: readonly File[]) => void) | undefined,
  over: (isOver: boolean) => void,
): Attachment<HTMLElement> {
  return (node) => {
    if (!ondropped) return
    // Entering a child is told before leaving its parent.
    let depth = 0
    const set = (next: number): void => {
      depth = Math.max(next, 0)
      over(depth > 0)
    }
    const enter = (event: DragEvent): void => {
      if (carriesFiles(event)) set(depth + 1)
    }
    const leave = (event: DragEvent): void => {
      if (carriesFiles(event)) set(depth - 1)
    }
    const hold = (event: DragEvent): void => {
      if (carriesFiles(event)) event.preventDefault()
    }
    const drop = (event: DragEvent): void => {
      if (!carriesFiles(event)) return
      event.preventDefault()
      set(0)
      const files = [...(event.dataTransfer?.files ?? [])]
      if (files.length > 0) ondropped(files)
    }
    node.addEventListener('dragenter', enter)
    node.addEventListener('dragleave', leave)
    node.addEventListener('dragover', hold)
    node.addEventListener('drop', drop)
    return () => {
      node.removeEventListener('dragenter', enter)
      node.removeEventListener('dragleave', leave)
      node.removeEventListener('dragover', hold)
      node.removeEventListener('drop', drop)
      over(false)
    }
  }
}
