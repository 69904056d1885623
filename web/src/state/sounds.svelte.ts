import { createContext } from 'svelte'
import { chime } from '@/lib/chime'

/** The sound of a message that comes while the app is open. */
export class Sounds {
  #audio: AudioContext | undefined

  play(): void {
    // A browser keeps a page silent until somebody has touched it. Then it would be too late for this message.
    if ('userActivation' in navigator && !navigator.userActivation.hasBeenActive) return
    this.#audio ??= new AudioContext()
    const audio = this.#audio
    if (audio.state === 'suspended')
      audio
        .resume()
        .then(() => chime(audio))
        .catch(() => undefined)
    else chime(audio)
  }
}

export const [useSounds, provideSounds] = createContext<Sounds>()
