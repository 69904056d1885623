import { createContext } from 'svelte'
import { chime } from '@/lib/chime'

/** The sound of a message that comes while the app is open. */
export class Sounds {
  #audio: AudioContext | undefined

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
