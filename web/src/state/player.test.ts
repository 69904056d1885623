// What is heard, one after the other: with a loudspeaker that does as it is told.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FakeEngine } from '@/engine/fake'
import type { Media, SharedView } from '@/engine/port'
import { isSound, isVoice } from '@/lib/media'
import { Engine } from './engine.svelte'
import { Files } from './files.svelte'
import { Player, type Track } from './player.svelte'
import { Traffic } from './traffic.svelte'

class FakeAudio extends EventTarget {
  static last: FakeAudio
  paused = true
  currentTime = 0
  playbackRate = 1
  src = ''
  error: unknown = null
  /** How the browser takes it when something is to be played. */
  refusal: Error | undefined

  constructor() {
    super()
    FakeAudio.last = this
  }

  play(): Promise<void> {
    if (this.refusal) return Promise.reject(this.refusal)
    this.paused = false
    this.dispatchEvent(new Event('play'))
    return Promise.resolve()
  }

  pause(): void {
    if (this.paused) return
    this.paused = true
    this.dispatchEvent(new Event('pause'))
  }

  removeAttribute(): void {
    this.src = ''
  }

  /** It goes on to there. */
  to(seconds: number): void {
    this.currentTime = seconds
    this.dispatchEvent(new Event('timeupdate'))
  }
}

/** Files of which each is played from an address, once it is there. */
class FakeFiles extends Files {
  readonly waiting = new Map<number, Promise<string>>()
  readonly asked: number[] = []

  override playable(file: number): Promise<string> {
    this.asked.push(file)
    return this.waiting.get(file) ?? Promise.resolve(`blob:${String(file)}`)
  }
}

/** Something that comes, or fails, when the test wants it to. */
function later<T>() {
  let resolve: (value: T) => void = () => undefined
  let reject: (error: unknown) => void = () => undefined
  const promise = new Promise<T>((done, failed) => {
    resolve = done
    reject = failed
  })
  return { promise, resolve, reject }
}

const VOICE: Media = { k: 'voice', d: 10_000, w: '' }
const MUSIC: Media = { k: 'audio', d: 60_000, t: 'Silence', a: 'Choir' }

const shared = (row: number, media: Media): SharedView => ({
  row,
  place: 0,
  conversation: 'c',
  message: { a: 'p', m: `m-${String(row)}` },
  author_name: 'Anna',
  at: 0,
  attachment: {
    file: row,
    name: 'a.mp3',
    media_type: '',
    media,
    preview: null,
    cover: null,
    size: 1,
    automatic: true,
  },
})

function trackOf({ row, attachment }: SharedView): Track {
  if (!isVoice(attachment) && !isSound(attachment)) throw new Error('nothing to be heard')
  return { conversation: 'c', row, place: 0, by: 'Anna', attachment }
}

/** The keys of a keyboard, the buttons of headphones. */
const keys = new Map<string, () => void>()

interface Session {
  metadata: object | null
  playbackState: string
  setActionHandler(name: string, act: () => void): void
}
const session: Session = {
  metadata: null,
  playbackState: 'none',
  setActionHandler: (name, act) => void keys.set(name, act),
}

beforeEach(() => {
  keys.clear()
  session.metadata = null
  vi.stubGlobal('Audio', FakeAudio)
  vi.stubGlobal('navigator', { mediaSession: session })
  vi.stubGlobal('MediaMetadata', function (this: object, told: object) {
    Object.assign(this, told)
  })
})
afterEach(() => vi.unstubAllGlobals())

/** A conversation with these in it, newest first as the engine gives them. */
function playing(...media: Media[]) {
  const all = media.map((one, at) => shared(at + 1, one))
  const engine = new FakeEngine({
    file: ({ file }) => ({ file, size: 0, at: { state: 'here' } }),
    shared: ({ kind, before, limit }) =>
      all
        .filter(
          ({ row, attachment }) =>
            row < (before?.[0] ?? Infinity) && (kind === 'voice') === isVoice(attachment),
        )
        .toReversed()
        .slice(0, limit),
  })
  const port = new Engine(engine)
  const files = new FakeFiles(port)
  const failed = vi.fn()
  const player = new Player(port, files, new Traffic(port), failed)
  return { player, files, failed, engine, sound: FakeAudio.last, tracks: all.map(trackOf) }
}

const track = (tracks: readonly Track[], at: number): Track => {
  const found = tracks[at]
  if (!found) throw new Error('there are not so many')
  return found
}

test('it plays, rests, and plays on from there', async () => {
  const { player, sound, tracks } = playing(VOICE, VOICE)
  const [first, second] = [track(tracks, 0), track(tracks, 1)]
  await player.toggle(first)
  expect([sound.src, player.isHeard(first), player.isHeard(second)]).toEqual(['blob:1', true, false])
  sound.to(4)
  expect([player.partOf(first), player.partOf(second)]).toEqual([0.4, 0])
  await player.toggle(first)
  expect([player.isPlaying, player.isHeard(first)]).toEqual([false, false])
  await player.toggle(first)
  expect([player.isPlaying, sound.currentTime]).toEqual([true, 4])
})

test('of two that are chosen one after the other, the second is heard, whichever is here first', async () => {
  const { player, files, sound, tracks } = playing(VOICE, VOICE)
  const slow = later<string>()
  files.waiting.set(1, slow.promise)
  const first = player.play(track(tracks, 0))
  await vi.waitFor(() => expect(files.asked).toContain(1))
  await player.play(track(tracks, 1))
  slow.resolve('blob:late')
  await first
  expect([sound.src, player.isHeard(track(tracks, 1))]).toEqual(['blob:2', true])
})

test('what can’t be fetched is told, unless somebody has chosen another one', async () => {
  const { player, files, failed, tracks } = playing(VOICE, VOICE)
  const gone = new Error('gone')
  const never = Promise.reject(gone)
  // Before the player comes to it, it is nobody's.
  never.catch(() => undefined)
  files.waiting.set(1, never)
  await player.play(track(tracks, 0))
  expect(failed.mock.calls).toEqual([[gone]])
  expect([player.track, player.isPlaying]).toEqual([undefined, false])

  const slow = later<string>()
  files.waiting.set(1, slow.promise)
  const first = player.play(track(tracks, 0))
  await vi.waitFor(() => expect(files.asked).toEqual([1, 1]))
  await player.play(track(tracks, 1))
  expect(files.asked).toEqual([1, 1, 2])
  slow.reject(gone)
  await first
  expect(failed).toHaveBeenCalledOnce()
  expect(player.isHeard(track(tracks, 1))).toBe(true)
})

test('one voice follows the other, and the last one ends it', async () => {
  const { player, sound, tracks } = playing(VOICE, MUSIC, VOICE)
  await player.play(track(tracks, 0))
  sound.dispatchEvent(new Event('ended'))
  await vi.waitFor(() => expect(player.track?.row).toBe(3))
  await vi.waitFor(() => expect(player.isPlaying).toBe(true))
  sound.dispatchEvent(new Event('ended'))
  await vi.waitFor(() => expect(player.track).toBeUndefined())
  expect([sound.src, player.isPlaying, session.metadata]).toEqual(['', false, null])
})

test('at the last one “next” changes nothing, and “back” begins anew or goes back', async () => {
  const { player, sound, tracks } = playing(VOICE, VOICE)
  await player.play(track(tracks, 1))
  await player.go(1)
  expect(player.isHeard(track(tracks, 1))).toBe(true)
  sound.to(3.5)
  await player.go(-1)
  expect([player.track?.row, sound.currentTime, player.at]).toEqual([2, 0, 0])
  sound.to(3)
  await player.go(-1)
  expect(player.track?.row).toBe(1)
  await player.go(-1)
  expect(player.track?.row).toBe(1)
})

test('one goes on and back however many came since', async () => {
  const { player, tracks } = playing(...Array.from({ length: 450 }, () => VOICE))
  for (const [at, by] of [
    [0, 1],
    [250, -1],
    [251, -1],
    [49, 1],
    [50, -1],
  ] as const) {
    await player.play(track(tracks, at))
    await player.go(by)
    expect(player.track?.row).toBe(at + 1 + by)
  }
})

test('who has ended it, or chosen another one, is not overtaken by what would have come next', async () => {
  const { player, tracks } = playing(VOICE, VOICE, VOICE)
  await player.play(track(tracks, 0))
  const going = player.go(1)
  player.stop()
  await going
  expect(player.track).toBeUndefined()
})

test('voices are heard as quickly as one wants, music as it is', async () => {
  const { player, sound, tracks } = playing(VOICE, MUSIC)
  await player.play(track(tracks, 0))
  player.faster()
  expect([player.rate, sound.playbackRate]).toEqual([1.5, 1.5])
  await player.play(track(tracks, 1))
  expect(sound.playbackRate).toBe(1)
  player.faster()
  expect([player.rate, sound.playbackRate]).toEqual([2, 1])
  await player.play(track(tracks, 0))
  expect(sound.playbackRate).toBe(2)
  player.faster()
  expect([player.rate, sound.playbackRate]).toEqual([1, 1])
})

test('one goes to a part of it, be it played already or not', async () => {
  const { player, sound, tracks } = playing(VOICE, VOICE)
  await player.seek(track(tracks, 0), 0.5)
  expect([sound.currentTime, player.isHeard(track(tracks, 0))]).toEqual([5, true])
  await player.seek(track(tracks, 0), 0.8)
  expect([sound.currentTime, player.partOf(track(tracks, 0))]).toEqual([8, 0.8])
  sound.to(12)
  expect(player.partOf(track(tracks, 0))).toBe(1)
})

test('keys of headphones do what the buttons do, and the system knows what is heard', async () => {
  const { player, sound, tracks } = playing(MUSIC, MUSIC)
  await player.play(track(tracks, 0))
  expect(session.metadata).toMatchObject({ title: 'Silence', artist: 'Choir' })
  expect(session.playbackState).toBe('playing')
  keys.get('pause')?.()
  expect([sound.paused, session.playbackState]).toEqual([true, 'paused'])
  keys.get('play')?.()
  await vi.waitFor(() => expect(player.isPlaying).toBe(true))
  keys.get('nexttrack')?.()
  await vi.waitFor(() => expect(player.track?.row).toBe(2))
  keys.get('previoustrack')?.()
  await vi.waitFor(() => expect(player.track?.row).toBe(1))
  keys.get('stop')?.()
  expect([player.track, session.metadata]).toEqual([undefined, null])
})

test('what the browser can’t play is told; that it was stopped before it began is not', async () => {
  const { player, sound, failed, tracks } = playing(VOICE)
  sound.refusal = new DOMException('', 'AbortError')
  await player.play(track(tracks, 0))
  expect(failed).not.toHaveBeenCalled()
  sound.refusal = new DOMException('', 'NotSupportedError')
  await player.play(track(tracks, 0))
  expect(failed.mock.calls).toEqual([[sound.refusal]])
  expect(player.track).toBeUndefined()

  sound.refusal = undefined
  await player.play(track(tracks, 0))
  sound.error = new Error('damaged')
  sound.dispatchEvent(new Event('error'))
  expect(failed.mock.lastCall).toEqual([sound.error])
  expect(player.track).toBeUndefined()
  // Taking the address away is an error for some browsers: nobody is told.
  sound.dispatchEvent(new Event('error'))
  expect(failed).toHaveBeenCalledTimes(2)
})
