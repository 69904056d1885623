import { expect, test } from 'vitest'
import { parseServerInfo } from './server-info'

const ANSWER = {
  name: 'Our street',
  version: '0.3.0',
  feature: 1,
  registration: 'invite',
  password_required: true,
  push_key: 'BAAA',
}

test('the answer of a server is read', () => {
  expect(parseServerInfo(ANSWER)).toEqual({
    name: 'Our street',
    version: '0.3.0',
    registration: 'invite',
    passwordRequired: true,
    pushKey: 'BAAA',
  })
})

test('an older server wakes nobody', () => {
  expect(parseServerInfo({ ...ANSWER, push_key: undefined })?.pushKey).toBe('')
})

test('an unknown way to join is none', () => {
  expect(parseServerInfo({ ...ANSWER, registration: 'by_owl' })?.registration).toBe('closed')
})

test.each([null, 'hello', {}, { name: 'x' }])('%j is not a server', (answer) => {
  expect(parseServerInfo(answer)).toBeUndefined()
})
