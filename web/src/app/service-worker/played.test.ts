import { expect, test } from 'vitest'
import { played, wanted } from './played'

const HERE = 'https://beseda.example'
const PORTION = 512 * 1024

const get = (path: string, range?: string, more: Partial<Request> = {}) => ({
  url: new URL(path, HERE).href,
  method: 'GET',
  destination: 'video' as const,
  headers: new Headers(range === undefined ? {} : { range }),
  ...more,
})

test.each([
  [undefined, 0, PORTION],
  ['bytes=0-', 0, PORTION],
  ['bytes=0-1', 0, 2],
  ['bytes=1000-', 1000, 1000 + PORTION],
  [`bytes=7-${String(7 + PORTION)}`, 7, 7 + PORTION],
])('a player that asks for %s gets %i to before %i', (range, start, end) => {
  expect(wanted(get('/played/3?type=video/mp4', range), HERE)).toEqual({
    file: 3,
    type: 'video/mp4',
    start,
    end,
  })
})

test.each([
  ['/played/3?type=text/html', {}],
  ['/played/3?type=image/svg%2Bxml', {}],
  ['/played/3?type=video/mp4%0d%0ax: y', {}],
  ['/played/3', {}],
  ['/played/0?type=video/mp4', {}],
  ['/played/../3?type=video/mp4', {}],
  ['/played/x?type=video/mp4', {}],
  ['/played/3?type=video/mp4', { destination: 'document' as const }],
  ['/played/3?type=video/mp4', { destination: '' as const }],
  ['/played/3?type=video/mp4', { method: 'POST' }],
  ['https://elsewhere.example/played/3?type=video/mp4', {}],
])('%s %o is nothing that is played', (path, more) => {
  expect(wanted(get(path, undefined, more), HERE)).toBeUndefined()
})

test.each(['bytes=-5', 'bytes=a-', 'bytes=0-1,3-4', 'lines=0-'])('%s is no part', (range) => {
  expect(wanted(get('/played/3?type=video/mp4', range), HERE)).toBeUndefined()
})

const want = { file: 3, type: 'audio/ogg', start: 4, end: 10 }

test('a part is told as one, and can do nothing but be played', async () => {
  const answer = played(want, { start: 4, size: 9, bytes: new Blob(['hello']) })
  expect(answer.status).toBe(206)
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-range': 'bytes 4-8/9',
    'content-length': '5',
    'content-type': 'audio/ogg',
    'x-content-type-options': 'nosniff',
  })
  expect(answer.headers.get('content-security-policy')).toContain('sandbox')
  await expect(answer.text()).resolves.toBe('hello')
})

test.each([
  ['what can’t be read', undefined, 404],
  ['what is behind the end', { start: 9, size: 9, bytes: new Blob() }, 416],
  ['an empty file', { start: 0, size: 0, bytes: new Blob() }, 200],
])('%s is said to be so', (_, read, status) => {
  expect(played(want, read).status).toBe(status)
})
