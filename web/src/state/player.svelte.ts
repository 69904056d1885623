import { createContext } from 'svelte'
import type { ConversationId, SharedKind, SharedView } from '@/engine/port'
import { isSound, isVoice, nameOf, playedAs, type Sound, type Voice } from '@/lib/media'
import type { Engine } from './engine.svelte'
import type { Files } from './files.svelte'
import { isAt, parts } from './shared'
import type { Traffic } from './traffic.svelte'

/** Something that is heard. */
export interface Track {
  readonly conversation: ConversationId
  /** Where it stands. */
  readonly row: number
  readonly place: number
  readonly by: string
  readonly attachment: Voice | Sound
}

/** How quickly voice messages can be played. */
const RATES = [1, 1.5, 2]
/** "Back" begins it anew, unless it has only just begun. */
const JUST_BEGUN_S = 3

export const isSame = (one: Track | undefined, other: Track): boolean =>
  one !== undefined && isAt(one, other) && one.conversation === other.conversation

/** Plays voice messages and music, one at a time, wherever in the app one goes. */
export class Player {
  track = $state.raw<Track>()
  isPlaying = $state(false)
  /** Seconds from its beginning. */
  at = $state(0)
  rate = $state(1)
  readonly #engine: Engine
  readonly #files: Files
  readonly #traffic: Traffic
  readonly #sound: HTMLAudioElement
  /** Why it can't be played. */
  readonly #failed: (error: unknown) => void

  constructor(engine: Engine, files: Files, traffic: Traffic, failed: (error: unknown) => void) {
    this.#engine = engine
    this.#files = files
    this.#traffic = traffic
    this.#failed = failed
    const sound = (this.#sound = new Audio())
    sound.addEventListener('play', () => this.#changed())
    sound.addEventListener('pause', () => this.#changed())
    sound.addEventListener('timeupdate', () => (this.at = sound.currentTime))
    sound.addEventListener('ended', () => void this.go(1, true))
    sound.addEventListener('error', () => {
      if (this.track) this.#failed(sound.error)
      this.stop()
    })
  }

  /** Seconds. */
  get length(): number {
    return (this.track?.attachment.media.d ?? 0) / 1000
  }

  /** How far this one is, from 0 to 1: nothing but the one that is played has begun. */
  partOf(track: Track): number {
    return isSame(this.track, track) && this.length > 0 ? Math.min(1, this.at / this.length) : 0
  }

  isHeard(track: Track): boolean {
    return this.isPlaying && isSame(this.track, track)
  }

  /** Plays it, or rests. */
  async toggle(track: Track): Promise<void> {
    if (!isSame(this.track, track)) await this.play(track)
    else if (this.#sound.paused) await this.#begin()
    else this.#sound.pause()
  }

  async play(track: Track, from = 0): Promise<void> {
    this.#sound.pause()
    this.track = track
    this.at = from
    try {
      const { attachment } = track
      const mayCome = await this.#traffic.allowsFile(attachment.file, attachment.size)
      if (!isSame(this.track, track)) return
      if (!mayCome) {
        this.stop()
        return
      }
      const url = await this.#files.playable(attachment.file, playedAs(attachment))
      // Another one was chosen meanwhile.
      if (!isSame(this.track, track)) return
      this.#sound.src = url
      this.#sound.currentTime = from
      await this.#begin()
    } catch (error) {
      if (!isSame(this.track, track)) return
      this.stop()
      this.#failed(error)
    }
  }

  /** To a part of it, from 0 to 1. */
  async seek(track: Track, part: number): Promise<void> {
    const seconds = (part * track.attachment.media.d) / 1000
    if (!isSame(this.track, track)) return this.play(track, seconds)
    this.#sound.currentTime = seconds
    this.at = seconds
  }

  /** The next way to hear voices. */
  faster(): void {
    this.rate = RATES[(RATES.indexOf(this.rate) + 1) % RATES.length] ?? 1
    this.#setRate()
  }

  stop(): void {
    this.track = undefined
    this.#sound.pause()
    this.#sound.removeAttribute('src')
    this.isPlaying = false
    this.at = 0
    if ('mediaSession' in navigator) navigator.mediaSession.metadata = null
  }

  /** What stands after it in its conversation, or before it; it ends with the last one. */
  async go(by: -1 | 1, isOver = false): Promise<void> {
    const { track } = this
    if (!track) return
    if (by < 0 && this.at > JUST_BEGUN_S) return void this.seek(track, 0)
    const next = await this.#beside(track, by).catch(() => undefined)
    // Somebody chose another one, or ended it.
    if (!isSame(this.track, track)) return
    if (next) await this.play(next)
    else if (isOver) this.stop()
  }

  async #beside(track: Track, by: -1 | 1): Promise<Track | undefined> {
    const { conversation, attachment } = track
    const kind: SharedKind = isVoice(attachment) ? 'voice' : 'file'
    let tracks: readonly Track[] = []
    for await (const part of parts(this.#engine, conversation, kind)) {
      tracks = [...part.flatMap(trackOf), ...tracks]
      const at = tracks.findIndex((one) => isAt(one, track))
      // What stands before the first one may be in the next part.
      if (at > 0 || (at === 0 && by > 0)) return tracks[at + by]
    }
    return undefined
  }

  async #begin(): Promise<void> {
    this.#setRate()
    try {
      await this.#sound.play()
      this.#tellSystem()
    } catch (error) {
      // It was stopped before it began.
      if (!(error instanceof DOMException && error.name === 'AbortError')) throw error
    }
  }

  #setRate(): void {
    const isVoiced = this.track !== undefined && isVoice(this.track.attachment)
    this.#sound.playbackRate = isVoiced ? this.rate : 1
  }

  #changed(): void {
    this.isPlaying = !this.#sound.paused
    if ('mediaSession' in navigator)
      navigator.mediaSession.playbackState = this.isPlaying ? 'playing' : 'paused'
  }

  /** Keys of a keyboard, buttons of headphones, and the phone's lock screen. */
  #tellSystem(): void {
    const { track } = this
    if (!track || !('mediaSession' in navigator)) return
    const { attachment, by } = track
    const session = navigator.mediaSession
    session.metadata = new MediaMetadata(
      isSound(attachment) && attachment.media.t
        ? { title: attachment.media.t, artist: attachment.media.a ?? by }
        : { title: nameOf(attachment), artist: by },
    )
    session.setActionHandler('play', () => void this.#begin().catch(this.#failed))
    session.setActionHandler('pause', () => this.#sound.pause())
    session.setActionHandler('stop', () => this.stop())
    session.setActionHandler('nexttrack', () => void this.go(1))
    session.setActionHandler('previoustrack', () => void this.go(-1))
  }
}

function trackOf({ conversation, row, place, author_name, attachment }: SharedView): Track[] {
  if (!isVoice(attachment) && !isSound(attachment)) return []
  return [{ conversation, row, place, by: author_name, attachment }]
}

export const [usePlayer, providePlayer] = createContext<Player>()
