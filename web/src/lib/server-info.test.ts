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
  })
})

test('an older server wakes nobody', () => {
  expect(parseServerInfo({ ...ANSWER, push_key: undefined })?.pushKey).toBe('')
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
