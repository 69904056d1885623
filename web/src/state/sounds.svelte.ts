import { createContext } from 'svelte'
import { chime } from '@/lib/chime'
import type { Engine } from './engine.svelte'
import type { DeviceSettings } from './settings.svelte'

/** The sound of a message that comes while the app is open. */
export class Sounds {
  #audio: AudioContext | undefined
  readonly #engine: Engine
  readonly #settings: DeviceSettings

  constructor(engine: Engine, settings: DeviceSettings) {
    this.#engine = engine
    this.#settings = settings
  }

  /** Plays for what comes until the returned function is called. The engine knows what is muted. */
  listen(): () => void {
    return this.#engine.listen((notice) => {
      if (notice.notice === 'incoming' && this.#settings.current.sounds === 'on') this.play()
    })
  }

  play(): void {
    this.#audio ??= new AudioContext()
    const audio = this.#audio
    // A browser keeps a page silent until somebody has touched it.
    if (audio.state === 'suspended')
      audio
        .resume()
        .then(() => chime(audio))
        .catch(() => undefined)
    else chime(audio)
  }
}

export const [useSounds, provideSounds] = createContext<Sounds>()
