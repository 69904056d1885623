import type { Attachment } from 'svelte/attachments'

/** From the middle of the element, in pixels. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** What fingers, or a mouse with its button down, did since the last time. */
export interface Change {
  readonly dx: number
  readonly dy: number
  /** So much further apart, about a point that stays where it is. */
  readonly factor: number
  readonly at: Point
  readonly fingers: number
}

/** How it was let go. */
export interface Release {
  /** From where it began. */
  readonly dx: number
  readonly dy: number
  readonly ms: number
  /** The browser took it over: nothing was meant. */
  readonly isCancelled: boolean
}

interface Gestures {
  readonly onstart?: (at: Point) => void
  readonly onmove: (change: Change) => void
  readonly onrelease?: (release: Release) => void
  /** Of one finger that did not move. */
  readonly ontap?: (at: Point, pointer: string) => void
  readonly ondoubletap?: (at: Point) => void
  /** A wheel was turned, or two fingers pinched on a pad. */
  readonly onwheel: (factor: number, at: Point) => void
}

const SLACK_PX = 8
const DOUBLE_MS = 320
const DOUBLE_PX = 32
const LINE_PX = 16
const WHEEL = 0.0015
/** Browsers tell a pinch on a pad as a wheel with Ctrl, in far smaller steps. */
const PAD = 0.01

interface Begun extends Point {
  readonly time: number
  isTap: boolean
}

/** Drag, pinch, wheel and tap, for something that is moved and zoomed. The element needs `touch-action: none`. */
export function gestures(on: Gestures): Attachment<HTMLElement> {
  return (element) => {
    const fingers = new Map<number, Point>()
    let begun: Begun | undefined
    let lastTap: (Point & { readonly time: number }) | undefined

    /** Where the fingers are together, and how far from there. */
    function hand() {
      const all = [...fingers.values()]
      const x = all.reduce((sum, one) => sum + one.x, 0) / all.length
      const y = all.reduce((sum, one) => sum + one.y, 0) / all.length
      const spread = all.reduce((sum, one) => sum + Math.hypot(one.x - x, one.y - y), 0) / all.length
      return { x, y, spread }
    }
    function within({ x, y }: Point): Point {
      const box = element.getBoundingClientRect()
      return { x: x - box.x - box.width / 2, y: y - box.y - box.height / 2 }
    }
    const place = (event: MouseEvent): Point => ({ x: event.clientX, y: event.clientY })

    function down(event: PointerEvent) {
      if (event.button !== 0) return
      if (begun) begun.isTap = false
      else {
        begun = { ...place(event), time: event.timeStamp, isTap: true }
        on.onstart?.(within(begun))
      }
      fingers.set(event.pointerId, place(event))
    }
    function move(event: PointerEvent) {
      if (!begun || !fingers.has(event.pointerId)) return
      const before = hand()
      fingers.set(event.pointerId, place(event))
      const now = hand()
      if (Math.hypot(event.clientX - begun.x, event.clientY - begun.y) > SLACK_PX) begun.isTap = false
      const factor = before.spread > 0 ? now.spread / before.spread : 1
      on.onmove({
        dx: now.x - before.x,
        dy: now.y - before.y,
        factor,
        at: within(now),
        fingers: fingers.size,
      })
    }
    function up(event: PointerEvent) {
      if (!fingers.delete(event.pointerId) || fingers.size > 0 || !begun) return
      const { x, y, time, isTap } = begun
      begun = undefined
      const isCancelled = event.type === 'pointercancel'
      on.onrelease?.({
        dx: event.clientX - x,
        dy: event.clientY - y,
        ms: event.timeStamp - time,
        isCancelled,
      })
      if (isTap && !isCancelled) tap(event)
    }
    function tap(event: PointerEvent) {
      const isDouble =
        lastTap &&
        event.timeStamp - lastTap.time < DOUBLE_MS &&
        Math.hypot(event.clientX - lastTap.x, event.clientY - lastTap.y) < DOUBLE_PX
      lastTap = isDouble ? undefined : { ...place(event), time: event.timeStamp }
      if (isDouble) on.ondoubletap?.(within(place(event)))
      else on.ontap?.(within(place(event)), event.pointerType)
    }
    function wheel(event: WheelEvent) {
      event.preventDefault()
      const turned = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * LINE_PX
      on.onwheel(Math.exp(-turned * (event.ctrlKey ? PAD : WHEEL)), within(place(event)))
    }

    element.addEventListener('pointerdown', down)
    element.addEventListener('wheel', wheel, { passive: false })
    // A finger may leave the element, and what it began on may be gone by then.
    window.addEventListener('pointermove', move)
    window.addEventListener('pointerup', up)
    window.addEventListener('pointercancel', up)
    return () => {
      element.removeEventListener('pointerdown', down)
      element.removeEventListener('wheel', wheel)
      window.removeEventListener('pointermove', move)
      window.removeEventListener('pointerup', up)
      window.removeEventListener('pointercancel', up)
    }
  }
}
