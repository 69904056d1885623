import { expect, test } from 'vitest'
import { blocks, firstPage, marked, pagesOf } from './formatting'

test('runs that overlap keep both styles where they meet', () => {
  expect(
    blocks('abcdef', [
      { s: 0, n: 4, k: 'bold' },
      { s: 2, n: 4, k: 'italic' },
    ]),
  ).toEqual([
    {
      block: 'text',
      spans: [
        { text: 'ab', styles: [{ style: 'bold' }] },
        { text: 'cd', styles: [{ style: 'bold' }, { style: 'italic' }] },
        { text: 'ef', styles: [{ style: 'italic' }] },
      ],
    },
  ])
})

test('positions count characters, not halves of them', () => {
  expect(blocks('👋🏽 hi', [{ s: 3, n: 2, k: 'bold' }])).toEqual([
    {
      block: 'text',
      spans: [
        { text: '👋🏽 ', styles: [] },
        { text: 'hi', styles: [{ style: 'bold' }] },
      ],
    },
  ])
})

test('quotes and code stand on their own lines', () => {
  expect(
    blocks('before\nwise\nlet a\nafter', [
      { s: 7, n: 4, k: 'quote' },
      { s: 12, n: 5, k: { block: { language: 'rust' } } },
    ]),
  ).toEqual([
    { block: 'text', spans: [{ text: 'before', styles: [] }] },
    { block: 'quote', spans: [{ text: 'wise', styles: [] }] },
    { block: 'code', language: 'rust', text: 'let a' },
    { block: 'text', spans: [{ text: 'after', styles: [] }] },
  ])
})

test('an address in the text is a link, without the full stop behind it', () => {
  expect(blocks('see https://a.example/x?y=1.', [])).toEqual([
    {
      block: 'text',
      spans: [
        { text: 'see ', styles: [] },
        { text: 'https://a.example/x?y=1', styles: [{ style: 'link', url: 'https://a.example/x?y=1' }] },
        { text: '.', styles: [] },
      ],
    },
  ])
})

const linksIn = (text: string) =>
  blocks(text, []).flatMap((block) =>
    block.block === 'code'
      ? []
      : block.spans.flatMap(({ styles }) =>
          styles.flatMap((style) => (style.style === 'link' ? style.url : [])),
        ),
  )

test.each([
  ['see www.example.org/a.', ['https://www.example.org/a']],
  ['(Www.Example.org)', ['https://Www.Example.org']],
  ['write to anna.k+tea@mail.example.org, please', ['mailto:anna.k+tea@mail.example.org']],
  ['почта@пример.рф', ['mailto:почта@пример.рф']],
  ['https://anna@example.org/?to=bob@example.org', ['https://anna@example.org/?to=bob@example.org']],
  ['HTTPS://EXAMPLE.ORG', ['HTTPS://EXAMPLE.ORG']],
  ['www. @anna anna@home www.x nowww.example.org', []],
])('the addresses in "%s" are links', (text, links) => {
  expect(linksIn(text)).toEqual(links)
})

test('a long text without an end is looked through at once', () => {
  const before = performance.now()
  expect(linksIn('a'.repeat(16_384))).toEqual([])
  expect(linksIn(`${'a@a.'.repeat(4_000)}!`)).toEqual([])
  expect(performance.now() - before).toBeLessThan(1_000)
})

test('no address of another kind becomes a link', () => {
  expect(blocks('javascript:alert(1) data:text/html,x', [])).toEqual([
    { block: 'text', spans: [{ text: 'javascript:alert(1) data:text/html,x', styles: [] }] },
  ])
})

test('formatting beyond the end of the text and unknown styles change nothing', () => {
  expect(
    blocks('ab', [
      { s: 1, n: 99, k: 'unknown' },
      { s: 50, n: 2, k: 'bold' },
    ]),
  ).toEqual([
    {
      block: 'text',
      spans: [
        { text: 'a', styles: [] },
        { text: 'b', styles: [] },
      ],
    },
  ])
})

test('matches are cut out by character', () => {
  expect(marked('👋 привет мир', [[2, 6]])).toEqual([
    { text: '👋 ', hit: false },
    { text: 'привет', hit: true },
    { text: ' мир', hit: false },
  ])
})

test.each([
  ['see https://a.example/b, and https://c.example', 'https://a.example/b'],
  ['mail me@a.example or www.a.example', undefined],
  ['no address', undefined],
])('the first page of %j', (text, url) => {
  expect(firstPage({ text, entities: [] })).toBe(url)
})

test('a page under other words is one, a hidden one is not', () => {
  const link = { s: 0, n: 4, k: { link: { url: 'https://a.example/' } } }
  expect(firstPage({ text: 'here', entities: [link] })).toBe('https://a.example/')
  expect(firstPage({ text: 'here', entities: [{ s: 0, n: 4, k: 'spoiler' }, link] })).toBeUndefined()
})

test('the pages of a text, each once, and neither mail nor what is hidden or code', () => {
  const text = 'https://a.example/ www.b.example https://a.example/ me@c.example here hidden'
  const at = (word: string) => ({ s: text.indexOf(word), n: word.length })
  expect(
    pagesOf({
      text,
      entities: [
        { ...at('here'), k: { link: { url: 'https://d.example/' } } },
        { ...at('hidden'), k: { link: { url: 'https://e.example/' } } },
        { ...at('hidden'), k: 'spoiler' },
      ],
    }),
  ).toEqual(['https://a.example/', 'https://www.b.example', 'https://d.example/'])
  expect(pagesOf({ text: 'https://a.example/', entities: [{ s: 0, n: 18, k: { block: {} } }] })).toEqual([])
})
