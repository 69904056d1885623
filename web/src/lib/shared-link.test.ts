import { expect, test } from 'vitest'
import { linkCodeAddress, personAddress, readShared } from './shared-link'

const HERE = 'https://talk.example'

test('what is shared is read again', () => {
  expect(readShared(personAddress(HERE, '0199-a'), HERE)).toEqual({ what: 'person', account: '0199-a' })
  expect(readShared(` ${linkCodeAddress(HERE, 'ABCD-1234')}\n`, HERE)).toEqual({
    what: 'link_code',
    code: 'ABCD-1234',
  })
  expect(readShared(`${HERE}/join/aZ09_-`, HERE)).toEqual({ what: 'invitation', token: 'aZ09_-' })
  expect(readShared(`${HERE}/i/aZ09_-#kEy`, HERE)).toEqual({ what: 'shared', link: '/i/aZ09_-#kEy' })
  expect(readShared('12345 '.repeat(12), HERE)).toEqual({ what: 'safety_number', digits: '12345'.repeat(12) })
})

test.each([
  'hello',
  'https://talk.example.evil/u/0199-a',
  'https://other.example/u/0199-a',
  `${HERE}/settings`,
  `${HERE}/u/..%2f`,
  '1'.repeat(59),
])('%s is not for us', (text) => {
  expect(readShared(text, HERE)).toBeUndefined()
})
