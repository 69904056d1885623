import { EngineClient } from '@/engine/client'

declare global {
  interface Window {
    engine: EngineClient
    /** What was said so far, and how it ended, in the order of the endings. */
    ended: string[]
  }
}

window.engine = new EngineClient()
window.ended = []
