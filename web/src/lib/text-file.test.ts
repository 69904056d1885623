import { expect, test } from 'vitest'
import { excerptOf, isPages, isProse, isText, textOf } from './text-file'

const file = (content: BlobPart, type = '') => new Blob([content], { type })

test('a text is told by its first lines, whatever it is called', async () => {
  expect(await excerptOf(file('# Bread\r\n\r\nFlour\twater\r\n'))).toBe('# Bread\n\nFlour\twater')
  expect(await excerptOf(file('\n \n\n  if (a)\n    b()'))).toBe('  if (a)\n    b()')
  expect(await excerptOf(file('ключ;значение', 'text/csv'))).toBe('ключ;значение')
  const many = Array.from({ length: 13 }, (_, at) => `line ${String(at)}`)
  expect(await excerptOf(file(many.join('\n')))).toBe(many.slice(0, 12).join('\n'))
})

test('it is cut at a letter, and not within one', async () => {
  const told = (await excerptOf(file('ё'.repeat(5_000)))) ?? ''
  expect(told).toBe('ё'.repeat(500))
  expect(await excerptOf(file('x'.repeat(1_000)))).toHaveLength(1_000)
  expect(await excerptOf(file('x'.repeat(1_001)))).toHaveLength(1_000)
  // The last letter that was looked at is not whole.
  expect(await excerptOf(file(`a${'😀'.repeat(2_000)}`))).toBe(`a${'😀'.repeat(249)}`)
})

test('old texts are read if they say that they are texts', async () => {
  const old = Uint8Array.of(0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2)
  expect(await excerptOf(file(old, 'text/plain'))).toBe('Привет')
  expect(await excerptOf(file(old))).toBeUndefined()
  expect(await excerptOf(file(Uint8Array.of(0xff, 0xfe, 0x1f, 0x04, 0x40, 0x04)))).toBe('Пр')
})

test.each([
  ['nothing', file('')],
  ['no letters', file('1234\n- - -')],
  ['bytes', file(Uint8Array.of(0x50, 0x4b, 0x03, 0x04, 0x00))],
  ['a drawing', file('<svg xmlns="http://www.w3.org/2000/svg"/>', 'image/svg+xml')],
  ['a page to be printed', file('%!PS-Adobe-3.0', 'application/postscript')],
  ['rich text', file('{\\rtf1\\ansi', 'application/rtf')],
])('of %s nothing is told', async (_, content) => {
  expect(await excerptOf(content)).toBeUndefined()
})

test('a text is read up to a limit, and says so', async () => {
  const most = 512 * 1024
  expect(await textOf(file('x'.repeat(most)))).toEqual({ text: 'x'.repeat(most), isCut: false })
  const more = await textOf(file('x'.repeat(most + 1)))
  expect([more?.text.length, more?.isCut]).toEqual([most, true])
  expect(await textOf(file(Uint8Array.of(0, 1, 2)))).toBeUndefined()
})

test('what can be read is known by what its sender tells', () => {
  const named = (name: string, media_type = '', excerpt?: string) => ({
    ...{ name, media_type, media: { k: 'file' } as const },
    ...(excerpt === undefined ? {} : { excerpt }),
  })
  expect([named('a.md'), named('a', 'text/csv'), named('a.bin', '', 'words')].map(isText)).toEqual([
    true,
    true,
    true,
  ])
  expect([named('a.zip'), named('a', 'image/svg+xml'), named('a.exe')].map(isText)).toEqual([
    false,
    false,
    false,
  ])
  expect([named('a.PDF'), named('a', 'application/pdf'), named('a.txt')].map(isPages)).toEqual([
    true,
    true,
    false,
  ])
  expect(['notes.txt', 'README', 'main.rs', 'table.csv'].map(isProse)).toEqual([true, true, false, false])
})
