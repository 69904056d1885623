import type { Attachment } from 'svelte/attachments'

/** How an element is being swiped. */
export interface Pull {
  readonly to: 'start' | 'end'
  /** Let go now, it happens. */
  readonly isFar: boolean
}

interface Swipe {
  /** Swiped towards the start of the line (left, where one writes left to right). */
  readonly tostart?: (() => void) | undefined
  /** Swiped towards its end. */
  readonly toend?: (() => void) | undefined
  /** To show behind the element what is meant; undefined once it is let go. */
  readonly onpull?: ((pull: Pull | undefined) => void) | undefined
}

const FAR_PX = 64
const SLACK_PX = 10

/** Lets a finger swipe an element sideways: it follows the finger, and what was meant happens when it was far enough. */
export function swipe({ tostart, toend, onpull }: Swipe): Attachment<HTMLElement> {
  return (element) => {
    let begin: { readonly x: number; readonly y: number; readonly id: number } | undefined
    let moved = 0

    function down(event: PointerEvent) {
      if (event.pointerType === 'mouse' || !event.isPrimary) return
      begin = { x: event.clientX, y: event.clientY, id: event.pointerId }
      moved = 0
    }
    function move(event: PointerEvent) {
      if (event.pointerId !== begin?.id) return
      const x = event.clientX - begin.x
      if (moved === 0) {
        if (Math.abs(event.clientY - begin.y) > SLACK_PX) begin = undefined
        if (!begin || Math.abs(x) < SLACK_PX) return
        element.setPointerCapture(begin.id)
      }
      const isStart = x < 0 === (getComputedStyle(element).direction === 'ltr')
      moved = (isStart ? tostart : toend) ? x : 0
      onpull?.(moved === 0 ? undefined : { to: isStart ? 'start' : 'end', isFar: Math.abs(moved) >= FAR_PX })
      // It goes on more slowly than the finger, so that one feels where the end is.
      element.style.translate = `${Math.sign(moved) * Math.min(Math.abs(moved), FAR_PX + Math.abs(moved) / 5)}px 0`
    }
    function up(event: PointerEvent) {
      if (event.pointerId !== begin?.id) return
      begin = undefined
      element.style.translate = ''
      onpull?.(undefined)
      if (event.type === 'pointerup' && Math.abs(moved) >= FAR_PX) {
        const isStart = moved < 0 === (getComputedStyle(element).direction === 'ltr')
        if (isStart) tostart?.()
        else toend?.()
      }
    }
    // A link that was swiped was not pressed.
    function click(event: MouseEvent) {
      if (moved !== 0) event.preventDefault()
      moved = 0
    }

    element.addEventListener('pointerdown', down)
    element.addEventListener('pointermove', move)
    element.addEventListener('pointerup', up)
    element.addEventListener('pointercancel', up)
    element.addEventListener('click', click, { capture: true })
    return () => {
      element.removeEventListener('pointerdown', down)
      element.removeEventListener('pointermove', move)
      element.removeEventListener('pointerup', up)
      element.removeEventListener('pointercancel', up)
      element.removeEventListener('click', click, { capture: true })
    }
  }
}
