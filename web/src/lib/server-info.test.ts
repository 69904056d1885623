import { expect, test } from 'vitest'
import { parseServerInfo } from './server-info'

const ANSWER = {
  name: 'Our street',
  version: '0.3.0',
  feature: 1,
  registration: 'invite',
  password_required: true,
  push_key: 'BAAA',
  phone: 'required',
  phone_region: 'RU',
  previews: true,
  gifs: 'giphy',
  map: { attribution: '© We', max_zoom: 18 },
}

test('the answer of a server is read', () => {
  expect(parseServerInfo(ANSWER)).toEqual({
    name: 'Our street',
    version: '0.3.0',
    registration: 'invite',
    passwordRequired: true,
    pushKey: 'BAAA',
    phone: 'required',
    phoneRegion: 'RU',
    drives: false,
    driveProviders: [],
    previews: true,
    gifs: 'GIPHY',
    map: { attribution: '© We', maxZoom: 18 },
  })
})

test('an older server wakes nobody', () => {
  expect(parseServerInfo({ ...ANSWER, push_key: undefined })?.pushKey).toBe('')
})

test('without a map there is none, and whoever gives moving pictures needs no known name', () => {
  const bare = { ...ANSWER, gifs: undefined, map: undefined }
  expect(parseServerInfo(bare)).toMatchObject({ gifs: undefined, map: undefined })
  expect(parseServerInfo({ ...ANSWER, gifs: 'by_owl', map: { attribution: 7 } })).toMatchObject({
    gifs: '',
    map: undefined,
  })
})

test('an unknown way to join is none', () => {
  expect(parseServerInfo({ ...ANSWER, registration: 'by_owl' })?.registration).toBe('closed')
})

test('a server that says nothing of phone numbers takes none', () => {
  const silent = { name: ANSWER.name, version: ANSWER.version, registration: ANSWER.registration }
  expect(parseServerInfo(silent)).toMatchObject({ phone: 'off', phoneRegion: undefined })
  expect(parseServerInfo({ ...silent, phone: 'by_owl', phone_region: 7 })).toMatchObject({
    phone: 'off',
    phoneRegion: undefined,
  })
})

test.each([null, 'hello', {}, { name: 'x' }])('%j is not a server', (answer) => {
  expect(parseServerInfo(answer)).toBeUndefined()
})
