// What somebody has said or shown to the camera, as it is sent.
import {
  ALL_FORMATS,
  BlobSource,
  BufferTarget,
  Conversion,
  Input,
  Mp4OutputFormat,
  OggOutputFormat,
  Output,
  WebMOutputFormat,
} from 'mediabunny'

export interface Packed {
  readonly blob: Blob
  readonly millis: number
}

/** In seconds. */
export interface Span {
  readonly start: number
  readonly end: number
}

/**
 * A recording in the wrapping in which it is sent: with its length, so that one can move in it, and nothing of what was
 * cut off. What was recorded is not encoded anew.
 */
export async function packed(recording: Blob, span?: Span): Promise<Packed> {
  using input = new Input({ source: new BlobSource(recording), formats: ALL_FORMATS })
  const [video, audio] = await Promise.all([input.getPrimaryVideoTrack(), input.getPrimaryAudioTrack()])
  const isOpus = (await audio?.getCodec()) === 'opus'
  const isWebM = (await input.getMimeType()).includes('/webm')
  const mp4 = new Mp4OutputFormat({ fastStart: 'in-memory' })
  const format = video ? (isWebM ? new WebMOutputFormat() : mp4) : isOpus ? new OggOutputFormat() : mp4
  const target = new BufferTarget()
  const conversion = await Conversion.init({
    input,
    output: new Output({ format, target }),
    tags: {},
    // To the nearest packet: what was cut off is not in it.
    copy: { mode: 'forced', shiftTolerance: Infinity, boundaryPolicy: 'shrink' },
    showWarnings: false,
    ...(span ? { trim: span } : {}),
  })
  if (!conversion.isValid) throw new Error('the recording can’t be wrapped')
  await conversion.execute()
  const kind = video ? 'video' : 'audio'
  const wrapping =
    format instanceof OggOutputFormat ? 'ogg' : format instanceof WebMOutputFormat ? 'webm' : 'mp4'
  const blob = new Blob([target.buffer ?? new ArrayBuffer()], { type: `${kind}/${wrapping}` })
  using made = new Input({ source: new BlobSource(blob), formats: ALL_FORMATS })
  return { blob, millis: Math.round((await made.computeDuration()) * 1000) }
}
