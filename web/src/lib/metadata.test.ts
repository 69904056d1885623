import { describe, expect, test } from 'vitest'
import { bytesOf, joined, lettersOf } from './bytes'
import { exifWith, orientationOf } from './exif'
import { isBare, withoutMetadata } from './metadata'
import { pictureHead, pictureType } from './picture-head'
import { jpegPieces, pngPieces, PNG_START, webpPieces } from './picture-pieces'
import { seeded } from './seeded'

const SECRET = '59.9343N 30.3351E, taken by Vera'
const secret = lettersOf(SECRET)

/** An Exif block as cameras write it: the side that is up is one entry among others. */
function camera(orientation: number, little = true): Uint8Array {
  const entry = (tag: number, value: number) =>
    joined([
      bytesOf(tag, 2, little),
      bytesOf(3, 2, little),
      bytesOf(1, 4, little),
      bytesOf(value, 2, little),
      bytesOf(0, 2),
    ])
  return joined([
    lettersOf(little ? 'II' : 'MM'),
    bytesOf(42, 2, little),
    bytesOf(8, 4, little),
    bytesOf(2, 2, little),
    entry(0x0100, 4000),
    entry(0x0112, orientation),
    bytesOf(0, 4),
    secret,
  ])
}

const segment = (marker: number, ...body: Uint8Array[]) =>
  joined([Uint8Array.of(0xff, marker), bytesOf(joined(body).length + 2, 2), ...body])
const APP1_EXIF = lettersOf('Exif\0\0')
const ICC = segment(0xe2, lettersOf('ICC_PROFILE\0'), Uint8Array.of(1, 1, 7, 7))
const FRAME = segment(0xc0, Uint8Array.of(8, 0, 20, 0, 40, 1, 1, 0x11, 0))
// Among what is drawn there is what looks like markers.
const SCAN = joined([
  segment(0xda, Uint8Array.of(1, 1, 0, 0, 63, 0)),
  Uint8Array.of(1, 0xff, 0, 2, 0xff, 0xd3, 9),
])
const jpeg = (...segments: Uint8Array[]) =>
  joined([Uint8Array.of(0xff, 0xd8), ...segments, FRAME, SCAN, SCAN, Uint8Array.of(0xff, 0xd9)])

/** Their checksums are not looked at. */
const pngChunk = (name: string, ...body: Uint8Array[]) =>
  joined([bytesOf(joined(body).length, 4), lettersOf(name), ...body, Uint8Array.of(1, 2, 3, 4)])
const SIZE = pngChunk('IHDR', bytesOf(40, 4), bytesOf(20, 4), Uint8Array.of(8, 6, 0, 0, 0))
const png = (...chunks: Uint8Array[]) =>
  joined([lettersOf(PNG_START), SIZE, ...chunks, pngChunk('IDAT', Uint8Array.of(5, 5, 5)), pngChunk('IEND')])

const webpChunk = (name: string, ...body: Uint8Array[]) =>
  joined([
    lettersOf(name),
    bytesOf(joined(body).length, 4, true),
    ...body,
    new Uint8Array(joined(body).length % 2),
  ])
const VP8 = webpChunk(
  'VP8 ',
  Uint8Array.of(0, 0, 0, 0x9d, 1, 0x2a),
  bytesOf(40, 2, true),
  bytesOf(20, 2, true),
)
const riff = (...chunks: Uint8Array[]) => {
  const content = joined([lettersOf('WEBP'), ...chunks])
  return joined([lettersOf('RIFF'), bytesOf(content.length, 4, true), content])
}
const wide = (flags: number) =>
  webpChunk('VP8X', Uint8Array.of(flags, 0, 0, 0), bytesOf(39, 3, true), bytesOf(19, 3, true))

const tells = (bytes: Uint8Array | undefined) => new TextDecoder('latin1').decode(bytes).includes(SECRET)

describe('a JPEG', () => {
  const full = jpeg(
    segment(0xe0, lettersOf('JFIF\0'), Uint8Array.of(1, 1, 0, 0, 1, 0, 1, 9, 9), secret),
    segment(0xe1, APP1_EXIF, camera(6)),
    segment(0xe1, lettersOf('http://ns.adobe.com/xap/1.0/\0'), secret),
    segment(0xe2, lettersOf('MPF\0'), secret),
    ICC,
    segment(0xed, lettersOf('Photoshop 3.0\0'), secret),
    segment(0xee, lettersOf('Adobe'), Uint8Array.of(0, 100, 0, 0, 0, 0, 1), secret),
    segment(0xfe, secret),
  )

  test('loses all but its colours and which side is up', () => {
    const bare = withoutMetadata(joined([full, secret]), 'image/jpeg')
    expect(tells(full)).toBe(true)
    expect(tells(bare)).toBe(false)
    const { pieces, isWhole } = jpegPieces(bare ?? new Uint8Array())
    expect(isWhole).toBe(true)
    expect(pieces.map(({ name }) => name.toString(16))).toEqual(['e0', 'e1', 'e2', 'ee', 'c0', 'da', 'da'])
    expect(orientationOf(pieces[1]?.body.subarray(APP1_EXIF.length) ?? new Uint8Array())).toBe(6)
    expect(pieces[2]?.bytes).toEqual(ICC)
    expect(pieces[5]?.bytes).toEqual(SCAN)
  })

  test('that stands upright needs no Exif block', () => {
    const bare = withoutMetadata(jpeg(segment(0xe1, APP1_EXIF, camera(1))), 'image/jpeg')
    expect(bare).toEqual(jpeg())
  })

  test.each([
    ['nothing in it', jpeg(ICC), true],
    ['a comment', jpeg(segment(0xfe, secret)), false],
    ['another side up', jpeg(segment(0xe1, APP1_EXIF, exifWith(3))), false],
    ['something behind it', joined([jpeg(), secret]), false],
  ])('with %s: is it bare?', (_, bytes, bare) => {
    expect(isBare(bytes, 'image/jpeg')).toBe(bare)
  })
})

describe('a PNG', () => {
  test('loses its texts, its time and what programs invented', () => {
    const texts = ['eXIf', 'tEXt', 'zTXt', 'iTXt', 'tIME', 'prVW'].map((name) => pngChunk(name, secret))
    const colours = pngChunk('iCCP', Uint8Array.of(1, 0, 0))
    const bare = withoutMetadata(joined([png(colours, ...texts), secret]), 'image/png')
    expect(bare).toEqual(png(colours))
  })

  test('keeps which side is up, with the right checksum', () => {
    const bare = withoutMetadata(png(pngChunk('eXIf', camera(8, false))), 'image/png')
    expect(tells(bare)).toBe(false)
    const { pieces } = pngPieces(bare ?? new Uint8Array())
    expect(pieces.map(({ name }) => name)).toEqual(['IHDR', 'eXIf', 'IDAT', 'IEND'])
    expect(pieces[1]?.body).toEqual(exifWith(8))
    // As zlib has it.
    expect([...(pieces[1]?.bytes.subarray(-4) ?? [])]).toEqual([134, 88, 48, 52])
  })
})

describe('a WebP', () => {
  test('loses Exif and XMP, and does not say any more that it has them', () => {
    const bytes = riff(
      wide(0x3c),
      webpChunk('ICCP', secret.subarray(0, 3)),
      VP8,
      webpChunk('EXIF', camera(1)),
      webpChunk('XMP ', secret),
    )
    const bare = withoutMetadata(joined([bytes, secret]), 'image/webp')
    expect(bare).toEqual(riff(wide(0x30), webpChunk('ICCP', secret.subarray(0, 3)), VP8))
  })

  test('keeps which side is up', () => {
    const bytes = riff(wide(0x0c), VP8, webpChunk('EXIF', APP1_EXIF, camera(6)), webpChunk('XMP ', secret))
    expect(withoutMetadata(bytes, 'image/webp')).toEqual(
      riff(wide(0x08), VP8, webpChunk('EXIF', exifWith(6))),
    )
  })

  test('is filled up where its last chunk was not', () => {
    const odd = webpChunk('VP8L', Uint8Array.of(0x2f, 0, 0, 0, 0))
    const file = riff(odd.subarray(0, -1))
    expect(withoutMetadata(file, 'image/webp')).toEqual(riff(odd))
  })
})

const SAMPLES = [
  ['image/jpeg', jpeg(segment(0xe1, APP1_EXIF, camera(6)), ICC, segment(0xfe, secret))],
  ['image/png', png(pngChunk('eXIf', camera(3)), pngChunk('tEXt', secret))],
  ['image/webp', riff(wide(0x0c), VP8, webpChunk('EXIF', camera(6)), webpChunk('XMP ', secret))],
] as const

test.each(SAMPLES)('a cut %s is none', (type, bytes) => {
  for (let end = 0; end < bytes.length; end += 1) {
    expect(withoutMetadata(bytes.subarray(0, end), type), `cut at ${end}`).toBeUndefined()
  }
})

test('of another type nothing is known', () => {
  expect(withoutMetadata(jpeg(), 'image/png')).toBeUndefined()
  expect(withoutMetadata(jpeg(), 'image/gif')).toBeUndefined()
})

/** Some bytes changed, left out, doubled; the values that lengths break at among them. */
function spoiled(bytes: Uint8Array, random: () => number): Uint8Array {
  const below = (end: number) => Math.floor(random() * end)
  let result = Uint8Array.from(bytes)
  for (let change = below(6); change >= 0; change -= 1) {
    const at = below(result.length)
    const other = below(result.length)
    const [from, to] = at < other ? [at, other] : [other, at]
    switch (below(4)) {
      case 0:
        result[at] = [0, 1, 0x7f, 0x80, 0xff][below(5)] ?? 0
        break
      case 1:
        result[at] = below(256)
        break
      case 2:
        result = joined([result.subarray(0, from), result.subarray(to)])
        break
      default:
        result = joined([result.subarray(0, to), result.subarray(from)])
    }
  }
  return result
}

test.each(SAMPLES)(
  'whatever a %s is made of, nothing breaks, and what is bare stays as it is',
  (type, bytes) => {
    const random = seeded(20_261_127)
    let read = 0
    for (let round = 0; round < 5_000; round += 1) {
      const hostile = spoiled(bytes, random)
      const bare = withoutMetadata(hostile, type)
      const head = pictureHead(hostile, type)
      if (head) expect(head.width > 0 && head.height > 0).toBe(true)
      if (!bare) continue
      read += 1
      expect(pictureType(bare)).toBe(type)
      expect(withoutMetadata(bare, type)).toEqual(bare)
    }
    // Otherwise it would only have been seen that nonsense is refused.
    expect(read).toBeGreaterThan(300)
  },
)

test('nonsense that begins like a picture is walked through to its end', () => {
  const random = seeded(7)
  for (let round = 0; round < 2_000; round += 1) {
    const noise = Uint8Array.from({ length: Math.floor(random() * 200) }, () => Math.floor(random() * 256))
    for (const [type, bytes] of SAMPLES) withoutMetadata(joined([bytes.subarray(0, 12), noise]), type)
    orientationOf(joined([lettersOf('II*\0'), noise]))
    pictureHead(joined([lettersOf('GIF89a'), noise]), 'image/gif')
  }
})

test.each([
  ['a JPEG', jpeg(), 40, 20],
  ['a PNG', png(), 40, 20],
  ['a WebP', riff(VP8), 40, 20],
  [
    'a WebP without loss',
    riff(webpChunk('VP8L', Uint8Array.of(0x2f), bytesOf(39 | (19 << 14), 4, true))),
    40,
    20,
  ],
  ['a wide WebP', riff(wide(0x10), VP8), 40, 20],
  [
    'a GIF',
    joined([lettersOf('GIF89a'), bytesOf(40, 2, true), bytesOf(20, 2, true), new Uint8Array(4)]),
    40,
    20,
  ],
])('%s says how large it is', (_, bytes, width, height) => {
  const type = pictureType(bytes)
  expect(type && pictureHead(bytes, type)).toEqual({ type, width, height, isMoving: false })
})

/** A picture of a phone, in boxes: with a smaller one beside it, or put together of such. */
function heif(brand: string, ...others: string[]) {
  const box = (name: string, ...body: Uint8Array[]) => {
    const inside = joined(body)
    return joined([bytesOf(8 + inside.length, 4), lettersOf(name), inside])
  }
  const size = (width: number, height: number) =>
    box('ispe', new Uint8Array(4), bytesOf(width, 4), bytesOf(height, 4))
  const sizes = box('ipco', box('av1C', new Uint8Array(4)), size(10, 5), size(40, 20))
  return joined([
    box('ftyp', lettersOf(brand), new Uint8Array(4), ...others.map(lettersOf)),
    box('meta', new Uint8Array(4), box('hdlr', new Uint8Array(20)), box('iprp', sizes)),
    box('mdat', new Uint8Array(9)),
  ])
}

test.each([
  ['image/avif', heif('avif', 'mif1'), false],
  ['image/avif', heif('mif1', 'miaf', 'avif'), false],
  ['image/avif', heif('avis', 'avif'), true],
  ['image/heic', heif('heic', 'mif1'), false],
  ['image/heic', heif('mif1', 'heic'), false],
  ['image/heic', heif('hevc', 'msf1'), true],
] as const)('a picture of a phone says what it is and how large (%s)', (type, bytes, isMoving) => {
  expect(pictureType(bytes)).toBe(type)
  expect(pictureHead(bytes, type)).toEqual({ type, width: 40, height: 20, isMoving })
  // Cut off or spoilt, it says less, and breaks nothing.
  const random = seeded(3)
  for (let end = 0; end < bytes.length; end += 1) pictureHead(bytes.subarray(0, end), type)
  for (let round = 0; round < 2_000; round += 1) pictureHead(spoiled(bytes, random), type)
})

test('a film is no picture, though it lies in the same boxes', () => {
  expect(pictureType(heif('isom', 'iso2', 'mp41'))).toBeUndefined()
  expect(pictureType(heif('qt  '))).toBeUndefined()
})

test('what moves says so', () => {
  expect(pictureHead(png(pngChunk('acTL', new Uint8Array(8))), 'image/png')?.isMoving).toBe(true)
  expect(pictureHead(riff(wide(0x02), webpChunk('ANIM', new Uint8Array(6))), 'image/webp')?.isMoving).toBe(
    true,
  )
})

test('the empty one and the one that says nothing have no size', () => {
  expect(
    pictureHead(joined([lettersOf(PNG_START), pngChunk('IHDR', new Uint8Array(13))]), 'image/png'),
  ).toBeUndefined()
  expect(pictureHead(lettersOf(PNG_START), 'image/png')).toBeUndefined()
  expect(webpPieces(riff()).pieces).toEqual([])
})
