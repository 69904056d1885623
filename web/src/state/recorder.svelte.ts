import type { Packed, Span } from '@/lib/voice'

/** How often it is looked at how loud it is. */
export const STEP_MS = 50
/** Longer is no message any more. */
export const LONGEST_MS = { voice: 60 * 60_000, round: 60_000 } as const
/** Shorter was a slip of the finger. */
const SHORTEST_MS = 600
/** In the order of preference: what others can play, too. */
const TYPES = {
  voice: ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus', 'audio/mp4'],
  round: [
    'video/mp4;codecs=avc1.42E01E,mp4a.40.2',
    'video/webm;codecs=vp9,opus',
    'video/webm;codecs=vp8,opus',
    'video/mp4',
  ],
} as const
const BITS_PER_SECOND = { voice: 32_000, round: 900_000 } as const
const SIDE_PX = 480

/** Voice, or a face in a circle. */
export type Kind = keyof typeof TYPES

/** Why nothing is recorded. */
export type Trouble = 'denied' | 'no_device' | 'failed'

/** What was recorded, and is listened to before it is sent. */
export interface Take extends Packed {
  readonly kind: Kind
  /** How loud it is, a number from 0 to 1 for each {@link STEP_MS}. */
  readonly levels: readonly number[]
  readonly url: string
}

export const mayRecord = (): boolean =>
  'MediaRecorder' in globalThis && 'mediaDevices' in navigator && 'AudioContext' in globalThis

/** Records what somebody says, or says to the camera. */
export class Recorder {
  state = $state<'idle' | 'asking' | 'recording' | 'packing' | 'listening'>('idle')
  kind = $state<Kind>('voice')
  trouble = $state<Trouble>()
  millis = $state(0)
  levels = $state.raw<readonly number[]>([])
  take = $state.raw<Take>()
  /** What the camera sees. */
  stream = $state.raw<MediaStream>()
  /** Which camera. */
  facing = $state<'user' | 'environment'>('user')

  #tape: Tape | undefined
  /** It goes on without a finger on it. */
  isLocked = $state(false)

  get #isAsking(): boolean {
    return this.state === 'asking'
  }

  get isActive(): boolean {
    return this.state !== 'idle'
  }

  /** Asks for the microphone and begins. */
  async start(kind: Kind): Promise<void> {
    if (this.isActive) return
    this.state = 'asking'
    this.kind = kind
    this.trouble = undefined
    this.millis = 0
    this.levels = []
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
        video: kind === 'round' && {
          facingMode: this.facing,
          width: { ideal: SIDE_PX },
          height: { ideal: SIDE_PX },
          aspectRatio: { ideal: 1 },
        },
      })
      // It was given up while the browser asked.
      if (!this.#isAsking) {
        stop(stream)
        return
      }
      this.stream = stream
      this.#tape = new Tape(stream, kind, (millis, level) => {
        this.millis = millis
        this.levels = [...this.levels, level]
        if (millis >= LONGEST_MS[kind]) void this.finish()
      })
      this.state = 'recording'
    } catch (error) {
      this.#end()
      this.trouble = troubleOf(error)
    }
  }

  /** Ends it; undefined if there is nothing worth to be sent. Then it is to be listened to. */
  async finish(): Promise<Take | undefined> {
    const tape = this.#tape
    if (this.state !== 'recording' || !tape) {
      // The finger was lifted before the browser had asked.
      if (this.#isAsking) this.cancel()
      return undefined
    }
    this.state = 'packing'
    try {
      const recording = await tape.end()
      const { packed } = await import('@/lib/voice')
      const whole = await packed(recording)
      if (whole.millis < SHORTEST_MS) {
        this.#end()
        return undefined
      }
      const { kind, levels } = this
      this.#release()
      this.take = { ...whole, kind, levels, url: URL.createObjectURL(whole.blob) }
      this.state = 'listening'
      return this.take
    } catch {
      this.#end()
      this.trouble = 'failed'
      return undefined
    }
  }

  /** What is left of it when this part is chosen. */
  async cut(take: Take, span: Span): Promise<Take> {
    const isWhole = span.start <= 0 && span.end * 1000 >= take.millis
    if (isWhole) return take
    const { packed } = await import('@/lib/voice')
    const part = await packed(take.blob, span)
    const at = (seconds: number) => Math.round((seconds * 1000) / STEP_MS)
    return { ...take, ...part, levels: take.levels.slice(at(span.start), at(span.end)) }
  }

  /** Whether there may be another camera. */
  get mayTurn(): boolean {
    return matchMedia('(pointer: coarse)').matches
  }

  /** The other camera: it begins anew. */
  async turn(): Promise<void> {
    this.facing = this.facing === 'user' ? 'environment' : 'user'
    this.#end()
    await this.start('round')
    this.isLocked = this.isActive
  }

  /** Nothing stays of it. */
  cancel(): void {
    this.#end()
  }

  #end(): void {
    this.#release()
    if (this.take) URL.revokeObjectURL(this.take.url)
    this.take = undefined
    this.state = 'idle'
    this.isLocked = false
  }

  #release(): void {
    this.#tape?.release()
    this.#tape = undefined
    if (this.stream) stop(this.stream)
    this.stream = undefined
  }
}

/** Runs while something is recorded. */
class Tape {
  readonly #recorder: MediaRecorder
  readonly #context = new AudioContext()
  readonly #pieces: Blob[] = []
  readonly #clock: ReturnType<typeof setInterval>
  readonly #ended: Promise<void>

  constructor(stream: MediaStream, kind: Kind, told: (millis: number, level: number) => void) {
    const type = TYPES[kind].find((one) => MediaRecorder.isTypeSupported(one))
    const recorder = (this.#recorder = new MediaRecorder(stream, {
      ...(type === undefined ? {} : { mimeType: type }),
      ...(kind === 'voice'
        ? { audioBitsPerSecond: BITS_PER_SECOND.voice }
        : { audioBitsPerSecond: BITS_PER_SECOND.voice, videoBitsPerSecond: BITS_PER_SECOND.round }),
    }))
    recorder.addEventListener('dataavailable', ({ data }) => this.#pieces.push(data))
    this.#ended = new Promise((resolve) => recorder.addEventListener('stop', () => resolve()))
    const ear = this.#context.createAnalyser()
    ear.fftSize = 2048
    this.#context.createMediaStreamSource(stream).connect(ear)
    const heard = new Float32Array(ear.fftSize)
    const since = performance.now()
    let steps = 0
    this.#clock = setInterval(() => {
      const millis = performance.now() - since
      ear.getFloatTimeDomainData(heard)
      const level = loudness(heard)
      // A page in the background is looked at less often.
      for (; steps * STEP_MS <= millis; steps += 1) told(millis, level)
    }, STEP_MS)
    recorder.start(1000)
  }

  async end(): Promise<Blob> {
    clearInterval(this.#clock)
    // It ends by itself when the microphone is pulled out.
    if (this.#recorder.state !== 'inactive') this.#recorder.stop()
    await this.#ended
    return new Blob(this.#pieces, { type: this.#recorder.mimeType })
  }

  release(): void {
    clearInterval(this.#clock)
    if (this.#recorder.state !== 'inactive') this.#recorder.stop()
    void this.#context.close()
  }
}

/** From 0 to 1, as an ear would say: a whisper is seen, too. */
function loudness(samples: Float32Array): number {
  const mean = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length
  const decibels = 10 * Math.log10(mean + 1e-9)
  return Math.min(1, Math.max(0, (decibels + 55) / 45))
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}

function troubleOf(error: unknown): Trouble {
  if (!(error instanceof DOMException)) return 'failed'
  if (error.name === 'NotAllowedError' || error.name === 'SecurityError') return 'denied'
  return error.name === 'NotFoundError' || error.name === 'OverconstrainedError' ? 'no_device' : 'failed'
}
