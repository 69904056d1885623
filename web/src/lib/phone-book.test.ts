import { expect, test } from 'vitest'
import { phoneBook, regionOfBrowser } from './phone-book'

test('a number is written as people of its country write it', async () => {
  const { format } = await phoneBook()
  expect(format('9123456789', 'RU')).toBe('912 345-67-89')
  expect(format('+79123456789', undefined)).toBe('+7 912 345 67 89')
  expect(format('+79123456789', 'nowhere')).toBe('+7 912 345 67 89')
})

test('the country follows the number', async () => {
  const { regionOf } = await phoneBook()
  expect(regionOf('+49 151', 'RU')).toBe('DE')
  expect(regionOf('+7 701 123', 'RU')).toBe('KZ')
  expect(regionOf('912 345', 'RU')).toBeUndefined()
})

test('of countries that share the first digits, the usual one is meant until more is known', async () => {
  const { regionOf } = await phoneBook()
  expect(regionOf('+7', 'KZ')).toBe('KZ')
  expect(regionOf('+7', 'DE')).toBe('RU')
  expect(regionOf('+1', undefined)).toBe('US')
})

test('each country has a code', async () => {
  const { regions } = await phoneBook()
  expect(regions.length).toBeGreaterThan(200)
  expect(regions.find(({ region }) => region === 'RU')?.calling).toBe('7')
})

test('the browser says where it is used, or it does not', () => {
  expect(regionOfBrowser(['ru', 'en-GB'])).toBe('GB')
  expect(regionOfBrowser(['ru', 'es-419'])).toBeUndefined()
})
