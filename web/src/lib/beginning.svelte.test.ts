// How documents begin, and what phones make of photos, in a real browser.
import { expect, test } from 'vitest'
import { fromUrlSafe } from './base64'
import { beginningOf } from './beginning'
import { bytesOf, joined, lettersOf } from './bytes'
import { Pdf, PdfError } from './pdf'
import { MOST_BYTES } from './pdf-size'
import { isSeen, prepared } from './prepare'

/** A document of pages with a blue bar above and a word each. */
function pdf(...words: string[]): Blob {
  const kids = words.map((_, at) => `${String(4 + at * 2)} 0 R`).join(' ')
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    `<</Type/Pages/Count ${String(words.length)}/Kids[${kids}]>>`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
    ...words.flatMap((word, at) => {
      const content = `0 0 1 rg 0 700 600 142 re f 0 g BT /F 40 Tf 60 600 Td (${word}) Tj ET`
      return [
        `<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>>>/Contents ${String(5 + at * 2)} 0 R>>`,
        `<</Length ${String(content.length)}>>stream\n${content}\nendstream`,
      ]
    }),
  ]
  let text = '%PDF-1.4\n'
  const places = objects.map((object, at) => {
    const place = text.length
    text += `${String(at + 1)} 0 obj${object}endobj\n`
    return place
  })
  const rows = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('')
  const count = String(objects.length + 1)
  const end = `trailer<</Root 1 0 R/Size ${count}>>startxref\n${String(text.length)}\n%%EOF`
  return new Blob([`${text}xref\n0 ${count}\n0000000000 65535 f \n${rows}${end}`], {
    type: 'application/pdf',
  })
}

async function pixels(blob: Blob) {
  const bitmap = await createImageBitmap(blob)
  const pen = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')
  pen?.drawImage(bitmap, 0, 0)
  const at = (x: number, y: number) => [...(pen?.getImageData(x, y, 1, 1).data ?? [])].slice(0, 3)
  return { width: bitmap.width, height: bitmap.height, at }
}

const isNear = (colour: readonly number[], wish: readonly number[]) =>
  colour.every((part, at) => Math.abs(part - (wish[at] ?? 0)) < 40)

test('of a PDF the first page is seen, and of a text the first lines', async () => {
  const { cover, preview, excerpt } = await beginningOf(pdf('Bread'))
  expect([cover?.type, excerpt]).toEqual(['image/jpeg', undefined])
  expect(preview?.length).toBeGreaterThan(4)
  const { width, height, at } = await pixels(cover ?? new Blob())
  expect([width, height]).toEqual([640, 906])
  expect([isNear(at(300, 60), [0, 0, 255]), isNear(at(300, 800), [255, 255, 255])]).toEqual([true, true])
  expect(await beginningOf(new Blob(['Flour, water']))).toEqual({ excerpt: 'Flour, water' })
})

test('a PDF is read page by page, and its words for who does not see it', async () => {
  const { signal } = new AbortController()
  const document = await Pdf.open(pdf('First', 'Second'), signal)
  expect(document.pages).toBe(2)
  expect(await document.words(2, signal)).toBe('Second')
  const page = await document.page(2, 200, signal)
  expect([page.width, page.height]).toEqual([200, 283])
  await expect(document.page(3, 200, signal)).rejects.toThrow(PdfError)
  document.close()
})

test('what is no PDF, is damaged or too large, or takes too long, has no preview', async () => {
  expect(await beginningOf(new Blob(['%PDF-1.7 and nothing more']))).toEqual({})
  expect(await beginningOf(new Blob([new Uint8Array(100)]))).toEqual({ excerpt: undefined })
  const large = new Blob([pdf('Bread'), new Uint8Array(MOST_BYTES)])
  await expect(Pdf.open(large, new AbortController().signal)).rejects.toMatchObject({ reason: 'too_large' })
  await expect(Pdf.open(pdf('Bread'), AbortSignal.abort())).rejects.toThrow()
  // It is sent nevertheless.
  const sent = await prepared(new File([new Uint8Array(9)], 'a.pdf'), 'file', undefined, () => undefined)
  expect([sent.media, sent.content.size, sent.cover]).toEqual([{ k: 'file' }, 9, undefined])
})

/** 64 × 48, red and blue. */
const AVIF =
  'AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAADrbWV0YQAAAAAAAAAhaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAAAAAAAOcGl0bQAAAAAAAQAAAB5pbG9jAAAAAEQAAAEAAQAAAAEAAAETAAAAOgAAAChpaW5mAAAAAAABAAAAGmluZmUCAAAAAAEAAGF2MDFDb2xvcgAAAABqaXBycAAAAEtpcGNvAAAAFGlzcGUAAAAAAAAAQAAAADAAAAAQcGl4aQAAAAADCAgIAAAADGF2MUOBAAwAAAAAE2NvbHJuY2x4AAEADQAGgAAAABdpcG1hAAAAAAAAAAEAAQQBAoMEAAAAQm1kYXQSAAoJGBV_vaICGg0IMisXh4eGIYSSSSZQAAAAwhApoio52-ogQRphi32OqNQrpCY1ujq2vP4QPINA'

const avif = (name = 'a.avif', type = 'image/avif') => new File([fromUrlSafe(AVIF) ?? ''], name, { type })

const box = (name: string, body: Uint8Array) => joined([bytesOf(8 + body.length, 4), lettersOf(name), body])
/** It says what a phone's photo says, and can't be drawn. */
const heic = () => {
  const size = box('ispe', joined([new Uint8Array(4), bytesOf(4032, 4), bytesOf(3024, 4)]))
  const meta = box('meta', joined([new Uint8Array(4), box('iprp', box('ipco', size))]))
  const brands = box('ftyp', joined([lettersOf('heic'), new Uint8Array(4), lettersOf('mif1heic')]))
  return new File([joined([brands, meta])], 'IMG_1.HEIC')
}

const told = () => undefined

test('a photo that the browser draws goes as every other, whatever the phone calls it', async () => {
  for (const file of [avif(), avif('a.avif', '')]) {
    expect(isSeen(file)).toBe(true)
    const photo = await prepared(file, 'photo', undefined, told)
    expect([photo.media, photo.type, photo.instead]).toEqual([
      { k: 'photo', w: 64, h: 48 },
      'image/jpeg',
      undefined,
    ])
  }
})

test('as it is, it goes as a file, and so does what the browser can’t draw; it is told which', async () => {
  const whole = await prepared(avif(), 'original', undefined, told)
  expect([whole.media, whole.instead, whole.content.size]).toEqual([{ k: 'file' }, 'as_it_is', avif().size])
  expect(isSeen(heic())).toBe(true)
  const other = await prepared(heic(), 'photo', undefined, told)
  expect([other.media, other.instead, other.content.size]).toEqual([{ k: 'file' }, 'not_drawn', heic().size])
  const file = await prepared(heic(), 'file', undefined, told)
  expect([file.media, file.instead]).toEqual([{ k: 'file' }, undefined])
})

test('a film that can’t be taken apart goes as a file, and it is told so; music that can’t be read just goes', async () => {
  const film = new File(['no film at all'], 'a.mp4', { type: 'video/mp4' })
  const sent = await prepared(film, 'photo', undefined, told)
  expect([sent.media, sent.instead, sent.content.size]).toEqual([{ k: 'file' }, 'as_it_is', film.size])
  const asked = await prepared(film, 'file', undefined, told)
  expect([asked.media, asked.instead]).toEqual([{ k: 'file' }, undefined])
  const music = await prepared(
    new File(['no song'], 'a.mp3', { type: 'audio/mpeg' }),
    'photo',
    undefined,
    told,
  )
  expect([music.media, music.instead]).toEqual([{ k: 'file' }, undefined])
})
