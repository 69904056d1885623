// Draws an animation that was judged sound. What does so (lottie-web without programs and effects) is loaded with the first one.
import player, { type AnimationItem } from 'lottie-web/build/player/lottie_light_canvas.js'
import type { Lottie } from './lottie'

/** What a frame may take, in milliseconds, and what all that take longer may together: the app has other things to do. */
const MOST_MS = 60
const MOST_SLOW_MS = 600

/** One on its canvas. It has to be ended. */
export class Drawing {
  readonly #lottie: Lottie
  readonly #item: AnimationItem
  #frame = -1
  #slow = 0
  #request = 0

  constructor(canvas: HTMLCanvasElement, lottie: Lottie) {
    const context = canvas.getContext('2d')
    if (!context) throw new Error('the browser has no canvas')
    this.#lottie = lottie
    this.#item = player.loadAnimation({
      renderer: 'canvas',
      loop: false,
      autoplay: false,
      // It writes into what it draws.
      animationData: structuredClone(lottie.data),
      // Where it is given a place instead, it makes a canvas of its own.
      rendererSettings: { context, clearCanvas: true, preserveAspectRatio: 'xMidYMid meet' },
    })
    this.show(0)
    // Some begin with nothing: then there would be nothing to be seen of it while it rests.
    if (isEmpty(context)) this.show(Math.floor(lottie.frames / 2))
  }

  show(frame: number): void {
    if (frame === this.#frame) return
    this.#frame = frame
    const since = performance.now()
    this.#item.goToAndStop(frame, true)
    const took = performance.now() - since
    if (took > MOST_MS) this.#slow += took
  }

  /** Moves, until `rest` is called; what takes too much is left as it is. */
  play(): void {
    if (this.#request !== 0) return
    const { rate, frames } = this.#lottie
    const since = performance.now() - (Math.max(0, this.#frame) / rate) * 1000
    const step = (now: number) => {
      if (this.#slow > MOST_SLOW_MS) {
        this.rest()
        return
      }
      this.#request = requestAnimationFrame(step)
      this.show(Math.floor((Math.max(0, now - since) / 1000) * rate) % frames)
    }
    this.#request = requestAnimationFrame(step)
  }

  rest(): void {
    cancelAnimationFrame(this.#request)
    this.#request = 0
  }

  end(): void {
    this.rest()
    this.#item.destroy()
  }
}

function isEmpty(context: CanvasRenderingContext2D): boolean {
  const { data } = context.getImageData(0, 0, context.canvas.width, context.canvas.height)
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 0) return false
  return true
}
