import type { Change, Point, Release } from './gestures'
import type { Picture } from './picture'
import { held, moved, WHOLE, zoomed, type View } from './zoom'

/** What the viewer asks of the one that shows it. */
interface Host {
  readonly pictures: () => readonly Picture[]
  readonly index: () => number
  /** People here read from right to left: the next picture is on the left. */
  readonly isMirrored: () => boolean
  readonly show: (index: number) => void
  readonly close: () => void
}

const NEAR = 2.5
const KEY_ZOOM = 1.5
const KEY_PX = 80
/** So far, in parts of the stage, or so fast is meant. */
const FAR = 0.2
const FLICK_PX = 30
const FLICK_MS = 250
const SLACK_PX = 8

const STILL = { x: 0, y: 0 }

/** How pictures are looked at one by one: which part of one is seen, and where fingers are pushing it. */
export class Viewer {
  /** Of the stage, in pixels. */
  width = $state(0)
  height = $state(0)
  /** How far the picture is pushed to make room for another, or down to close. */
  push = $state.raw<Point>(STILL)
  /** It follows the fingers, without delay. */
  isHeld = $state(false)

  readonly #host: Host
  #view = $state.raw<View>(WHOLE)
  #total = STILL
  #way: 'across' | 'down' | 'none' | undefined

  constructor(host: Host) {
    this.#host = host
  }

  get stage() {
    return { width: this.width, height: this.height }
  }

  /** Also when the phone was turned, and there is less room. */
  get view(): View {
    return this.#picture ? held(this.#view, this.#picture, this.stage) : WHOLE
  }

  get isNear(): boolean {
    return this.#view.scale > 1
  }

  get #picture(): Picture | undefined {
    return this.#host.pictures()[this.#host.index()]
  }

  /** To another one, as many further. */
  go(by: number): void {
    const index = this.#host.index() + by
    if (!this.#host.pictures()[index]) return
    this.#view = WHOLE
    this.#host.show(index)
  }

  zoom(factor: number, at: Point = STILL): void {
    if (this.#picture) this.#view = zoomed(this.view, factor, at, this.#picture, this.stage)
  }

  /** Near, or the whole again. */
  toggle(at: Point = STILL): void {
    if (this.isNear) this.#view = WHOLE
    else this.zoom(NEAR, at)
  }

  /** Whether the key meant something. */
  key(key: string): boolean {
    switch (key) {
      case 'ArrowLeft':
      case 'ArrowRight': {
        const right = key === 'ArrowRight' ? 1 : -1
        if (this.isNear) this.#pan(-right * KEY_PX, 0)
        else this.go(this.#host.isMirrored() ? -right : right)
        return true
      }
      case 'ArrowUp':
      case 'ArrowDown':
        this.#pan(0, key === 'ArrowUp' ? KEY_PX : -KEY_PX)
        return true
      case '+':
      case '=':
        this.zoom(KEY_ZOOM)
        return true
      case '-':
        this.zoom(1 / KEY_ZOOM)
        return true
      case '0':
        this.#view = WHOLE
        return true
      default:
        return false
    }
  }

  start(): void {
    this.isHeld = true
    this.#total = STILL
    this.#way = undefined
  }

  move({ dx, dy, factor, at }: Change): void {
    this.#total = { x: this.#total.x + dx, y: this.#total.y + dy }
    if (factor !== 1) {
      this.#way = 'none'
      this.push = STILL
      this.zoom(factor, at)
    }
    if (this.isNear) this.#pan(dx, dy)
    else this.#pushed()
  }

  release({ ms, isCancelled }: Release): void {
    const { x, y } = this.push
    this.isHeld = false
    this.push = STILL
    if (isCancelled) return
    const isMeant = (length: number, room: number) =>
      length > FAR * room || (length > FLICK_PX && ms < FLICK_MS)
    if (isMeant(y, this.stage.height)) this.#host.close()
    else if (isMeant(Math.abs(x), this.stage.width)) this.go(x < 0 === this.#host.isMirrored() ? -1 : 1)
  }

  #pan(dx: number, dy: number): void {
    if (!this.#picture) return
    this.#way = 'none'
    this.#view = moved(this.view, dx, dy, this.#picture, this.stage)
  }

  #pushed(): void {
    const { x, y } = this.#total
    if (!this.#way && Math.hypot(x, y) > SLACK_PX) {
      if (Math.abs(x) > Math.abs(y)) this.#way = 'across'
      else this.#way = y > 0 ? 'down' : 'none'
    }
    if (this.#way === 'across') this.push = { x: this.#isTowardsNothing(x) ? x / 4 : x, y: 0 }
    if (this.#way === 'down') this.push = { x: 0, y: Math.max(0, y) }
  }

  /** Before the first and after the last one it gives way reluctantly. */
  #isTowardsNothing(x: number): boolean {
    const by = x < 0 === this.#host.isMirrored() ? -1 : 1
    return !this.#host.pictures()[this.#host.index() + by]
  }
}
