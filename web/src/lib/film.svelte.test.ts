import {
  AudioBufferSource,
  BufferTarget,
  CanvasSource,
  type MetadataTags,
  Mp4OutputFormat,
  OggOutputFormat,
  Output,
  type OutputFormat,
  Quality,
  WavOutputFormat,
  WebMOutputFormat,
} from 'mediabunny'
import { expect, test } from 'vitest'
import { filesFolder, MAKING } from '@/engine/folder'
import { describeSound, FilmError, prepareFilm } from './film'
import { packed } from './voice'

const SECRET = 'made by Alice at home'

const tone = (seconds: number) => {
  const buffer = new AudioBuffer({ length: 48_000 * seconds, sampleRate: 48_000 })
  buffer.getChannelData(0).forEach((_, at, all) => (all[at] = Math.sin(at / 20) / 2))
  return buffer
}

/** A film that is red at first, then blue. */
async function film(
  width: number,
  height: number,
  seconds: number,
  format: OutputFormat,
  tags: MetadataTags = {},
) {
  const target = new BufferTarget()
  const output = new Output({ format, target })
  const canvas = new OffscreenCanvas(width, height)
  const source = new CanvasSource(canvas, { codec: 'vp9', quality: new Quality({ bitrate: 4_000_000 }) })
  output.addVideoTrack(source)
  output.setMetadataTags(tags)
  await output.start()
  const pen = canvas.getContext('2d')
  if (!pen) throw new Error('no canvas')
  for (let frame = 0; frame < seconds * 10; frame += 1) {
    pen.fillStyle = frame < seconds * 5 ? 'red' : 'blue'
    pen.fillRect(0, 0, width, height)
    await source.add(frame / 10, 0.1)
  }
  await output.finalize()
  return new Blob([target.buffer ?? new ArrayBuffer()], { type: format.mimeType })
}

async function sound(
  seconds: number,
  format: OutputFormat,
  codec: 'opus' | 'pcm-s16',
  tags: MetadataTags = {},
) {
  const target = new BufferTarget()
  const output = new Output({ format, target })
  const source = new AudioBufferSource(
    codec === 'opus' ? { codec, quality: new Quality({ bitrate: 32_000 }) } : { codec },
  )
  output.addAudioTrack(source)
  output.setMetadataTags(tags)
  await output.start()
  await source.add(tone(seconds))
  await output.finalize()
  return new Blob([target.buffer ?? new ArrayBuffer()])
}

/** With 257 MiB of what cameras leave free. A blob may consist of the same one many times. */
function madeLarge(film: Blob): Blob {
  const free = new Blob([new Uint8Array(1024 * 1024)])
  const header = new Uint8Array([16, 0x10, 0, 8, ...new TextEncoder().encode('free')])
  return new Blob([film, header, ...new Array<Blob>(257).fill(free)])
}

/** What is being made in files. */
async function making(): Promise<string[]> {
  const names: string[] = []
  for await (const name of (await filesFolder()).keys()) if (name.startsWith(MAKING)) names.push(name)
  return names
}

const contains = async (blob: Blob, text: string) =>
  new TextDecoder('latin1').decode(await blob.arrayBuffer()).includes(text)

async function corner(blob: Blob) {
  const picture = await createImageBitmap(blob)
  const pen = new OffscreenCanvas(picture.width, picture.height).getContext('2d')
  pen?.drawImage(picture, 0, 0)
  const [red = 0, , blue = 0] = pen?.getImageData(1, 1, 1, 1).data ?? []
  return red > blue ? 'red' : 'blue'
}

test.each([
  ['mp4', new Mp4OutputFormat()],
  ['webm', new WebMOutputFormat()],
])('a film in %s is sent with its picture, and without what it told of itself', async (name, format) => {
  const source = await film(320, 180, 2, format, { title: SECRET, comment: SECRET })
  await expect(contains(source, SECRET)).resolves.toBe(true)
  const { blob, width, height, millis, poster } = await prepareFilm(source, { smaller: false })
  await expect(contains(blob, SECRET)).resolves.toBe(false)
  expect([width, height, blob.type]).toEqual([320, 180, `video/${name}`])
  expect(millis).toBeGreaterThan(1_850)
  expect(millis).toBeLessThan(2_150)
  if (!poster) throw new Error('there is no picture')
  await expect(corner(poster.blob)).resolves.toBe('red')
  expect(poster.thumbhash.length).toBeGreaterThan(4)
})

test('the index of a film comes first, so that it plays before all of it is there', async () => {
  const { blob } = await prepareFilm(await film(64, 64, 1, new Mp4OutputFormat({ fastStart: false })), {
    smaller: false,
  })
  const text = new TextDecoder('latin1').decode(await blob.arrayBuffer())
  expect(text.indexOf('moov')).toBeGreaterThan(0)
  expect(text.indexOf('moov')).toBeLessThan(text.indexOf('mdat'))
})

test.each([false, true])(
  'a film that is too large for memory is made in a file (smaller: %s)',
  async (smaller) => {
    const source = await film(1280, 960, 1, new Mp4OutputFormat(), { title: SECRET })
    await expect(contains(source, SECRET)).resolves.toBe(true)
    const { blob, width, erase } = await prepareFilm(madeLarge(source), { smaller })
    expect([width, blob.type]).toEqual([smaller ? 960 : 1280, 'video/mp4'])
    await expect(contains(blob, SECRET)).resolves.toBe(false)
    await expect(prepareFilm(blob, { smaller: false })).resolves.toMatchObject({ width })
    await expect(making()).resolves.toHaveLength(1)
    await erase()
    await expect(making()).resolves.toEqual([])
  },
)

test('a large film in a codec that nobody knows leaves nothing behind', async () => {
  const source = await film(64, 64, 1, new Mp4OutputFormat())
  const bytes = new Uint8Array(await source.arrayBuffer())
  const codec = new TextDecoder('latin1').decode(bytes).indexOf('vp09')
  bytes.set(new TextEncoder().encode('none'), codec)
  await expect(prepareFilm(madeLarge(new Blob([bytes])), { smaller: true })).rejects.toThrow(FilmError)
  await expect(making()).resolves.toEqual([])
})

test('a large film is made as small as a phone needs, if that is wished', async () => {
  const source = await film(1920, 1080, 1, new WebMOutputFormat())
  const heavy = new Blob([source, new Uint8Array(3_000_000)])
  const { width, height, blob } = await prepareFilm(heavy, { smaller: true })
  expect([width, height]).toEqual([1280, 720])
  expect(blob.size).toBeLessThan(heavy.size)
  await expect(prepareFilm(blob, { smaller: false })).resolves.toMatchObject({ width: 1280, height: 720 })
})

test.each([
  ['nothing', new Blob([])],
  ['a text', new Blob(['ftyp moov mdat'])],
  ['a web page', new Blob(['<svg onload="alert(1)"></svg>'])],
  ['the beginning of a film', new Blob([new Uint8Array([0, 0, 0, 24]), 'ftypmp42', new Uint8Array(64)])],
])('%s is no film and no sound', async (_, source) => {
  await expect(prepareFilm(source, { smaller: true })).rejects.toThrow(FilmError)
  await expect(describeSound(source)).rejects.toThrow(FilmError)
})

test('a sound without a picture is no film', async () => {
  await expect(
    prepareFilm(await sound(1, new WavOutputFormat(), 'pcm-s16'), { smaller: true }),
  ).rejects.toThrow(FilmError)
})

test('music tells its title, who plays it, and shows its cover', async () => {
  const canvas = new OffscreenCanvas(500, 500)
  const pen = canvas.getContext('2d')
  if (!pen) throw new Error('no canvas')
  pen.fillStyle = 'blue'
  pen.fillRect(0, 0, 500, 500)
  const data = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer())
  const source = await sound(2, new OggOutputFormat(), 'opus', {
    title: 'Тишина',
    artist: 'Хор',
    images: [{ data, mimeType: 'image/png', kind: 'coverFront' }],
  })
  const { millis, title, artist, cover } = await describeSound(source)
  expect([title, artist]).toEqual(['Тишина', 'Хор'])
  expect(Math.abs(millis - 2_000)).toBeLessThan(100)
  if (!cover) throw new Error('there is no cover')
  await expect(corner(cover.blob)).resolves.toBe('blue')
  const picture = await createImageBitmap(cover.blob)
  expect([picture.width, picture.height]).toEqual([320, 320])
})

test('what was said is wrapped with its length, and what was cut off is not in it', async () => {
  const source = await sound(5, new WebMOutputFormat(), 'opus')
  const whole = await packed(source)
  expect(whole.blob.type).toBe('audio/ogg')
  expect(Math.abs(whole.millis - 5_000)).toBeLessThan(100)
  const part = await packed(whole.blob, { start: 1, end: 3 })
  expect(Math.abs(part.millis - 2_000)).toBeLessThan(100)
  expect(part.blob.size).toBeLessThan(whole.blob.size * 0.6)
})

test('a recording of the camera stays a film', async () => {
  const { blob, millis } = await packed(await film(240, 240, 1, new WebMOutputFormat()))
  expect(blob.type).toBe('video/webm')
  expect(Math.abs(millis - 1_000)).toBeLessThan(150)
})
