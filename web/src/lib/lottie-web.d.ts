// What of the player is used here. Its own types don't know that it can draw on a canvas that is there already.
declare module 'lottie-web/build/player/lottie_light_canvas.js' {
  export interface AnimationItem {
    goToAndStop(frame: number, isFrame: true): void
    destroy(): void
  }
  const player: {
    loadAnimation(config: {
      readonly renderer: 'canvas'
      readonly loop: boolean
      readonly autoplay: boolean
      readonly animationData: object
      readonly rendererSettings: {
        readonly context: CanvasRenderingContext2D
        readonly clearCanvas: boolean
        readonly preserveAspectRatio: string
      }
    }): AnimationItem
  }
  export default player
}
