// Voice and face, recorded: with a microphone, a tape and a clock that do as they are told.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { packed, type Span } from '@/lib/voice'
import { LONGEST_MS, Recorder, STEP_MS } from './recorder.svelte'

vi.mock('@/lib/voice', () => ({ packed: vi.fn() }))

/** Something that comes when the test wants it to. */
function later<T>() {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>((done) => (resolve = done))
  return { promise, resolve }
}

class FakeStream {
  isOn = true
  readonly wishes: MediaStreamConstraints

  constructor(wishes: MediaStreamConstraints) {
    this.wishes = wishes
  }

  getTracks() {
    return [{ stop: () => void (this.isOn = false) }]
  }
}

class FakeTape extends EventTarget {
  static readonly isTypeSupported = (type: string) => type === 'audio/ogg;codecs=opus' || type === 'video/mp4'
  static last: FakeTape | undefined
  state = 'inactive'
  readonly mimeType: string

  constructor(_: FakeStream, { mimeType }: { readonly mimeType: string }) {
    super()
    this.mimeType = mimeType
    FakeTape.last = this
  }

  start() {
    this.state = 'recording'
  }

  stop() {
    this.state = 'inactive'
    this.dispatchEvent(Object.assign(new Event('dataavailable'), { data: new Blob(['words']) }))
    this.dispatchEvent(new Event('stop'))
  }
}

/** As loud as a voice is, or silent. */
let loud = 0.5
let heard = 0

class FakeEar {
  constructor() {
    heard += 1
  }

  createAnalyser() {
    return { fftSize: 0, getFloatTimeDomainData: (samples: Float32Array) => samples.fill(loud) }
  }

  createMediaStreamSource() {
    return { connect: () => undefined }
  }

  close() {
    heard -= 1
    return Promise.resolve()
  }
}

const streams: FakeStream[] = []
const getUserMedia = vi.fn<(wishes: MediaStreamConstraints) => Promise<FakeStream>>()

/** So long is what was recorded, as whoever packs it says. */
let millis = 5_000

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
  streams.length = 0
  loud = 0.5
  heard = 0
  millis = 5_000
  getUserMedia.mockReset().mockImplementation((wishes) => {
    const stream = new FakeStream(wishes)
    streams.push(stream)
    return Promise.resolve(stream)
  })
  vi.mocked(packed)
    .mockReset()
    .mockImplementation((blob: Blob, span?: Span) =>
      Promise.resolve({ blob, millis: span ? Math.round((span.end - span.start) * 1000) : millis }),
    )
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia } })
  vi.stubGlobal('MediaRecorder', FakeTape)
  vi.stubGlobal('AudioContext', FakeEar)
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

async function recording(kind: 'voice' | 'round' = 'voice') {
  const recorder = new Recorder()
  await recorder.start(kind)
  expect(recorder.state).toBe('recording')
  return recorder
}

/** Nothing is left on: no microphone, no ear. */
function isQuiet() {
  expect(streams.map(({ isOn }) => isOn)).toEqual(streams.map(() => false))
  expect(heard).toBe(0)
}

test('what is said is heard as long as it takes, and then listened to', async () => {
  const recorder = await recording()
  vi.advanceTimersByTime(1_000)
  expect(recorder.millis).toBe(1_000)
  expect(recorder.levels.length).toBe(1_000 / STEP_MS + 1)
  expect(Math.min(...recorder.levels)).toBeGreaterThan(0.5)

  const take = await recorder.finish()
  expect(recorder.state).toBe('listening')
  expect(take).toMatchObject({ kind: 'voice', millis: 5_000, levels: recorder.levels })
  expect(take?.blob.type).toBe('audio/ogg;codecs=opus')
  isQuiet()

  recorder.cancel()
  expect([recorder.state, recorder.take]).toEqual(['idle', undefined])
})

test('a page that is looked at seldom misses nothing, and silence is flat', async () => {
  loud = 0
  const recorder = await recording()
  const seldom = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 10_000)
  vi.advanceTimersByTime(STEP_MS)
  seldom.mockRestore()
  expect(recorder.levels.length).toBe(10_000 / STEP_MS + 1)
  expect(new Set(recorder.levels)).toEqual(new Set([0]))
})

test.each([
  [new DOMException('', 'NotAllowedError'), 'denied'],
  [new DOMException('', 'SecurityError'), 'denied'],
  [new DOMException('', 'NotFoundError'), 'no_device'],
  [new DOMException('', 'OverconstrainedError'), 'no_device'],
  [new DOMException('', 'AbortError'), 'failed'],
  [new TypeError('no devices'), 'failed'],
])('where the microphone is not given (%s), it is said why', async (error, trouble) => {
  getUserMedia.mockRejectedValue(error)
  const recorder = new Recorder()
  await recorder.start('voice')
  expect([recorder.state, recorder.trouble]).toEqual(['idle', trouble])

  // The next attempt begins afresh.
  getUserMedia.mockResolvedValue(new FakeStream({}))
  await recorder.start('voice')
  expect([recorder.state, recorder.trouble]).toEqual(['recording', undefined])
})

test.each(['cancel', 'finish'] as const)(
  'given up (%s) while the browser asks, nothing is recorded',
  async (how) => {
    const asked = later<FakeStream>()
    getUserMedia.mockReturnValue(asked.promise)
    const recorder = new Recorder()
    const started = recorder.start('voice')
    expect(recorder.state).toBe('asking')
    expect(await recorder[how]()).toBeUndefined()
    const late = new FakeStream({})
    asked.resolve(late)
    await started
    expect([recorder.state, late.isOn, recorder.stream]).toEqual(['idle', false, undefined])
  },
)

test('a slip of the finger is no message', async () => {
  millis = 599
  const recorder = await recording()
  expect(await recorder.finish()).toBeUndefined()
  expect([recorder.state, recorder.trouble, recorder.take]).toEqual(['idle', undefined, undefined])
  isQuiet()
  millis = 600
  await recorder.start('voice')
  expect(await recorder.finish()).toBeDefined()
})

test('what is as long as it may be ends by itself', async () => {
  const recorder = await recording('round')
  vi.advanceTimersByTime(LONGEST_MS.round - STEP_MS)
  expect(recorder.state).toBe('recording')
  vi.advanceTimersByTime(STEP_MS)
  await vi.waitFor(() => expect(recorder.state).toBe('listening'))
  expect(recorder.take?.kind).toBe('round')
  expect(packed).toHaveBeenCalledOnce()
  isQuiet()
})

test('a microphone that was pulled out ends it, and what was said before stays', async () => {
  const recorder = await recording()
  FakeTape.last?.stop()
  expect(await recorder.finish()).toMatchObject({ millis: 5_000 })
})

test('what can’t be packed is told, and leaves nothing on', async () => {
  vi.mocked(packed).mockRejectedValue(new Error('no codec'))
  const recorder = await recording()
  expect(await recorder.finish()).toBeUndefined()
  expect([recorder.state, recorder.trouble]).toEqual(['idle', 'failed'])
  isQuiet()
})

test('one thing is recorded at a time, and nothing after it was thrown away', async () => {
  const recorder = await recording()
  await recorder.start('round')
  expect([recorder.kind, streams.length]).toEqual(['voice', 1])
  recorder.cancel()
  expect(await recorder.finish()).toBeUndefined()
  expect(recorder.state).toBe('idle')
  isQuiet()
})

test('a part of it is cut out, with what was loud in it', async () => {
  const recorder = await recording()
  vi.advanceTimersByTime(5_000)
  const take = await recorder.finish()
  if (!take) throw new Error('nothing was recorded')
  expect(await recorder.cut(take, { start: 0, end: 5 })).toBe(take)
  const part = await recorder.cut(take, { start: 1, end: 3 })
  expect([part.millis, part.levels.length, part.url]).toEqual([2_000, 2_000 / STEP_MS, take.url])
})

test('the other camera begins anew, without a finger on it', async () => {
  const recorder = await recording('round')
  vi.advanceTimersByTime(1_000)
  await recorder.turn()
  expect([recorder.state, recorder.isLocked, recorder.millis]).toEqual(['recording', true, 0])
  expect(streams.map(({ isOn }) => isOn)).toEqual([false, true])
  expect(streams.map(({ wishes: { video } }) => typeof video === 'object' && video.facingMode)).toEqual([
    'user',
    'environment',
  ])
})
