// Films and sounds before they are sent: what they are like, and without what they tell beside what is seen and heard.
import {
  ALL_FORMATS,
  BlobSource,
  CanvasSink,
  Conversion,
  type ConversionVideoOptions,
  Input,
  type InputVideoTrack,
  Mp4OutputFormat,
  Output,
  Quality,
  WebMOutputFormat,
} from 'mediabunny'
import { hashOf } from './thumbhash'
import { inFile, inMemory } from './workshop'

/** It can't be shown as a film or played as a sound: it is a file like any other. */
export class FilmError extends Error {}

/** Nothing in the place of such a one; whatever else went wrong goes on. */
export function unreadable(error: unknown): undefined {
  if (!(error instanceof FilmError)) throw error
}

export interface Film {
  readonly blob: Blob
  /** Pixels, as it is shown. */
  readonly width: number
  readonly height: number
  readonly millis: number
  /** What it begins with, where the browser can show it. */
  readonly poster?: { readonly blob: Blob; readonly thumbhash: Uint8Array } | undefined
  /** Nobody reads the film any more: it goes from where it was made. */
  readonly erase: () => Promise<void>
}

/** What is made of a larger film is never in memory as a whole, but in a file. */
const MOST_IN_MEMORY = 256 * 1024 * 1024
/** A smaller film has no longer short side than this. */
const SIDE = 720
/** Bits a second that a smaller film has at most. */
const RATE = 2_500_000
const LONGEST_SIDE = 8192
const POSTER = 640
/** Where the picture that stands for it is taken, in seconds: films begin in the dark. */
const POSTER_AT = 1

interface Wish {
  /** No larger than a phone needs; else as it is, in other wrapping. */
  readonly smaller: boolean
  /** Hears how much is done, from 0 to 1. */
  readonly told?: (part: number) => void
}

/** A film as it is sent. Rejects with a `FilmError`. */
export async function prepareFilm(file: Blob, { smaller, told }: Wish): Promise<Film> {
  using input = inputOf(file)
  const track = await opened(() => input.getPrimaryVideoTrack())
  const width = await track.getDisplayWidth()
  const height = await track.getDisplayHeight()
  if (Math.max(width, height) > LONGEST_SIDE) throw new FilmError('it is too large')
  const seconds = await opened(() => input.computeDuration())
  const poster = await posterOf(track, seconds).catch(() => undefined)
  const look = { width, height, millis: Math.round(seconds * 1000), poster }

  const isLarge = file.size > MOST_IN_MEMORY
  const isHeavy = Math.min(width, height) > SIDE || (file.size * 8) / Math.max(seconds, 1) > RATE
  if (smaller && isHeavy) {
    const scale = Math.min(1, SIDE / Math.min(width, height))
    // Encoders want even sides.
    const side = (length: number) => Math.max(2, Math.round((length * scale) / 2) * 2)
    const size = { width: side(width), height: side(height) }
    const video = {
      ...size,
      fit: 'fill',
      quality: new Quality({ bitrate: RATE }),
      forceTranscode: true,
    } as const
    const made = await wrapped(input, 'mp4', { isLarge, video, told })
    if (made && made.blob.size < file.size) return { ...look, ...size, ...made }
    await made?.erase()
  }
  const isWebM = (await input.getMimeType()).startsWith('video/webm')
  const made = await wrapped(input, isWebM ? 'webm' : 'mp4', { isLarge, told })
  if (!made) throw new FilmError('its codecs are unknown')
  return { ...look, ...made }
}

export interface Sound {
  readonly millis: number
  readonly title: string
  readonly artist: string
  /** The cover of the record. */
  readonly cover?: { readonly blob: Blob; readonly thumbhash: Uint8Array } | undefined
}

/** What a recording of the camera is like, for a circle. */
export async function describeRound(blob: Blob) {
  using input = inputOf(blob)
  const track = await opened(() => input.getPrimaryVideoTrack())
  const [w, h] = [await track.getDisplayWidth(), await track.getDisplayHeight()]
  const seconds = await opened(() => input.computeDuration())
  const poster = await posterOf(track, seconds).catch(() => undefined)
  const media = { k: 'video', w, h, d: Math.round(seconds * 1000), r: true } as const
  return { media, type: blob.type, preview: poster?.thumbhash, cover: poster?.blob }
}

/** What a piece of music is like. It is sent as it is. Rejects with a `FilmError`. */
export async function describeSound(file: Blob): Promise<Sound> {
  using input = inputOf(file)
  await opened(() => input.getPrimaryAudioTrack())
  const seconds = await opened(() => input.computeDuration())
  const { title = '', artist = '', images = [] } = await input.getMetadataTags()
  const image = images.find(({ kind }) => kind === 'coverFront') ?? images[0]
  return {
    millis: Math.round(seconds * 1000),
    title,
    artist,
    cover: image && (await coverOf(new Blob([new Uint8Array(image.data)])).catch(() => undefined)),
  }
}

const inputOf = (file: Blob) => new Input({ source: new BlobSource(file), formats: ALL_FORMATS })

/** Whatever is wrong with bytes that nobody knows makes them a file. */
async function opened<T>(act: () => Promise<T | null>): Promise<T> {
  const found = await act().catch((error: unknown) => {
    throw new FilmError('it can’t be read', { cause: error })
  })
  if (found === null) throw new FilmError('there is nothing to be seen or heard')
  return found
}

interface Wrapping {
  readonly isLarge: boolean
  readonly video?: ConversionVideoOptions
  readonly told: Wish['told']
}

/** In new wrapping, which says nothing but what a player needs; undefined if that can't be done. */
async function wrapped(
  input: Input,
  name: 'mp4' | 'webm',
  { isLarge, video, told }: Wrapping,
): Promise<Pick<Film, 'blob' | 'erase'> | undefined> {
  const workshop = isLarge ? await inFile() : inMemory()
  if (!workshop) throw new FilmError('it is too large for this browser')
  const { target, erase } = workshop
  try {
    // In memory the index comes first, so that it plays before all of it is there.
    const format = name === 'webm' ? new WebMOutputFormat() : new Mp4OutputFormat()
    const conversion = await Conversion.init({
      input,
      output: new Output({ format, target }),
      tags: {},
      showWarnings: false,
      // A film may begin a moment later than it says.
      copy: { shiftTolerance: Infinity },
      ...(video ? { video } : {}),
    })
    const isWhole = conversion.discardedTracks.every(
      ({ track }) => track.type !== 'video' && track.type !== 'audio',
    )
    if (conversion.isValid && isWhole) {
      if (told) conversion.onProgress = told
      await conversion.execute()
      return { blob: await workshop.content(`video/${name}`), erase }
    }
  } catch (error) {
    await erase()
    throw error
  }
  await erase()
  return undefined
}

async function posterOf(track: InputVideoTrack, seconds: number) {
  if (!(await track.canDecode())) return undefined
  const width = await track.getDisplayWidth()
  const height = await track.getDisplayHeight()
  const scale = Math.min(1, POSTER / Math.max(width, height))
  const sink = new CanvasSink(track, {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
    fit: 'fill',
  })
  const first = await track.getFirstTimestamp()
  const found = await sink.getCanvas(first + Math.min(POSTER_AT, seconds / 10))
  if (found) return await drawn(found.canvas)
  // A recording without an index is read from its beginning.
  for await (const { canvas } of sink.canvases()) return await drawn(canvas)
  return undefined
}

async function coverOf(image: Blob) {
  const whole = await createImageBitmap(image)
  const scale = Math.min(1, POSTER / 2 / Math.max(whole.width, whole.height))
  const side = (length: number) => Math.max(1, Math.round(length * scale))
  const small = await createImageBitmap(whole, {
    resizeWidth: side(whole.width),
    resizeHeight: side(whole.height),
    resizeQuality: 'high',
  })
  whole.close()
  return await drawn(small)
}

async function drawn(picture: HTMLCanvasElement | OffscreenCanvas | ImageBitmap) {
  const canvas = new OffscreenCanvas(picture.width, picture.height)
  canvas.getContext('2d')?.drawImage(picture, 0, 0)
  return {
    blob: await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.75 }),
    thumbhash: hashOf(canvas),
  }
}
