import { describe, expect, test } from 'vitest'
import { fromFixed, mapsOf, readCoordinates, toFixed, written } from './coordinates'

const MOSCOW = { latitude: 55.7558, longitude: 37.6173 }

describe('what people type or paste', () => {
  test.each([
    '55.7558, 37.6173',
    '55.7558 37.6173',
    ' 55,7558; 37,6173 ',
    '55,7558 37,6173',
    'geo:55.7558,37.6173;u=12',
    'https://www.openstreetmap.org/?mlat=55.7558&mlon=37.6173#map=17/1/2',
    'https://www.openstreetmap.org/#map=17/55.7558/37.6173',
    'https://yandex.ru/maps/?pt=37.6173,55.7558&z=15',
    'https://yandex.ru/maps/213/moscow/?ll=37.6173%2C55.7558&z=12',
    'https://www.google.com/maps/@55.7558,37.6173,15z',
    'https://www.google.com/maps/place/X/@1,2,3z/data=!3d55.7558!4d37.6173',
    'https://maps.google.com/?q=55.7558,37.6173',
    'https://maps.apple.com/?ll=55.7558,37.6173',
    'https://2gis.ru/moscow?m=37.6173%2C55.7558%2F16',
  ])('%s', (typed) => expect(readCoordinates(typed)).toEqual(MOSCOW))

  test.each([
    ['55°45′20.88″N 37°37′2.28″E', 55.7558, 37.6173],
    ['37°37\'2.28"E, 55°45\'20.88"N', 55.7558, 37.6173],
    ['33°51′S 151°12.5′E', -33.85, 151.208333],
    ['55°45′20.88″ с 37°37′2.28″ в', 55.7558, 37.6173],
  ])('%s', (typed, latitude, longitude) => {
    const read = readCoordinates(typed)
    expect(read?.latitude).toBeCloseTo(latitude, 5)
    expect(read?.longitude).toBeCloseTo(longitude, 5)
  })

  test.each([
    '',
    'Moscow',
    '91, 0',
    '0, 180.5',
    '1',
    '1, 2, 3',
    'geo:',
    'https://example.org/?q=55.7558,37.6173',
    'https://openstreetmap.org.evil.example/?mlat=1&mlon=2',
    '55°61′N 37°E',
    '1°2°3°',
  ])('%s is no place', (typed) => expect(readCoordinates(typed)).toBeUndefined())
})

test('a point survives the way to the engine and back', () => {
  expect(toFixed(MOSCOW)).toEqual({ latitude: 557_558_000, longitude: 376_173_000 })
  expect(fromFixed(toFixed(MOSCOW))).toEqual(MOSCOW)
  expect(readCoordinates(written({ latitude: -0.5, longitude: 179.9999994 }))).toEqual({
    latitude: -0.5,
    longitude: 179.999999,
  })
  expect(mapsOf(MOSCOW).geo).toBe('geo:55.755800,37.617300')
  expect(readCoordinates(mapsOf(MOSCOW).apple)).toEqual(MOSCOW)
})
