import { expect, test } from 'vitest'
import { beside, driveReason, pathIn, placeOf } from './drive'

test('a file beside one of its name keeps its kind', () => {
  expect(beside('photo.jpg', 2)).toBe('photo (2).jpg')
  expect(beside('notes', 3)).toBe('notes (3)')
  expect(beside('.profile', 2)).toBe('.profile (2)')
  expect(beside('a.tar.gz', 2)).toBe('a.tar (2).gz')
})

test('what lies in the root has no folder before it', () => {
  expect(pathIn('', 'a')).toBe('a')
  expect(pathIn('a/b', 'c')).toBe('a/b/c')
})

test('a refusal is told by its code, and anything else as no answer', () => {
  expect(driveReason({ code: 'FORBIDDEN' })).toBe('denied')
  expect(driveReason({ code: 'DRIVE_UNREACHABLE' })).toBe('unreachable')
  for (const strange of [undefined, null, 'x', {}, { code: 7 }])
    expect(driveReason(strange)).toBe('unreachable')
})

test('what a provider does not know any more is told as such', () => {
  expect(driveReason({ code: 'DRIVE_EXPIRED' })).toBe('expired')
})

test('a drive of a provider is where the provider is', () => {
  expect(placeOf({ drive: 1, name: 'Mine', kind: 'onedrive', address: '' })).toBe('OneDrive')
  expect(placeOf({ drive: 1, name: 'OneDrive', kind: 'onedrive', address: '' })).toBe(undefined)
  expect(placeOf({ drive: 1, name: 'Mine', kind: 's3', address: 'https://s' })).toBe('https://s')
})
