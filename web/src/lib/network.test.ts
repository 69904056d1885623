import { expect, test } from 'vitest'
import { isMetered } from './network'

test('who asks the browser to save data is on a network that costs', () => {
  expect(isMetered({ type: 'wifi', saveData: true })).toBe(true)
  expect(isMetered({ saveData: true })).toBe(true)
})

test('the kind of network counts more than how quick it is', () => {
  expect(isMetered({ type: 'cellular', effectiveType: '4g', saveData: false })).toBe(true)
  expect(isMetered({ type: 'wifi', effectiveType: '2g' })).toBe(false)
  expect(isMetered({ type: 'ethernet' })).toBe(false)
})

test('where the kind is not told, a slow network counts as mobile', () => {
  expect(['slow-2g', '2g', '3g', '4g'].map((effectiveType) => isMetered({ effectiveType }))).toEqual([
    true,
    true,
    true,
    false,
  ])
  expect(isMetered({ type: 'unknown', effectiveType: '3g' })).toBe(true)
})

test('nothing is known without the browser saying so, nor without a network', () => {
  expect(isMetered(undefined)).toBeUndefined()
  expect(isMetered({})).toBeUndefined()
  expect(isMetered({ type: 'none', effectiveType: '4g' })).toBeUndefined()
})
