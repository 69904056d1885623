import { flushSync } from 'svelte'
import { expect, test, vi } from 'vitest'
import { FakeEngine } from '@/engine/fake'
import { Engine } from './engine.svelte'
import { LivePlaces } from './live-places.svelte'

const SHARE = { conversation: 'c', message: 'm', until: Date.now() + 900_000 }

function begin(shares: (typeof SHARE)[]) {
  const fake = new FakeEngine({ live_shares: () => shares })
  let found: PositionCallback | undefined
  let lost: PositionErrorCallback | null | undefined
  const geolocation = {
    watchPosition: vi.fn((good: PositionCallback, bad?: PositionErrorCallback | null) => {
      found = good
      lost = bad
      return 7
    }),
    clearWatch: vi.fn(),
  }
  const ticks: (() => void)[] = []
  const clock = { setInterval: (run: () => void) => ticks.push(run), clearInterval: vi.fn() }
  const places = new LivePlaces(new Engine(fake), geolocation, clock)
  const end = $effect.root(() => {
    $effect(places.follow)
  })
  const nothing = { altitude: null, altitudeAccuracy: null, heading: null, speed: null }
  function at(latitude: number) {
    const coords = { latitude, longitude: 2, accuracy: 9.6, ...nothing, toJSON: () => '' }
    found?.({ coords, timestamp: 0, toJSON: () => '' })
  }
  const told = () => fake.commands.filter(({ command }) => command === 'tell_place')
  return {
    fake,
    geolocation,
    places,
    end,
    at,
    told,
    lose: () => lost?.({ code: 2, message: '', PERMISSION_DENIED: 1, POSITION_UNAVAILABLE: 2, TIMEOUT: 3 }),
    tick: () => ticks.at(-1)?.(),
  }
}

test('where this device is is told while somebody is to know, also when it stands still', async () => {
  const shares = [SHARE]
  const { fake, geolocation, places, end, at, told, tick, lose } = begin(shares)
  await expect.poll(() => places.shares.length).toBe(1)
  flushSync()
  expect(geolocation.watchPosition).toHaveBeenCalledTimes(1)
  tick()
  expect(told()).toEqual([])
  const later = Date.now() + 60_000
  vi.spyOn(Date, 'now').mockReturnValueOnce(later)
  at(1)
  expect(places.now, 'from which what is left is counted').toBe(later)
  tick()
  const place = { latitude: 10_000_000, longitude: 20_000_000, accuracy: 10, name: '' }
  expect(told()).toEqual([
    { command: 'tell_place', place },
    { command: 'tell_place', place },
  ])
  lose()
  expect(places.isLost).toBe(true)
  at(1.5)
  expect(places.isLost).toBe(false)

  shares.length = 0
  fake.tell({ notice: 'live_places' })
  await expect.poll(() => places.shares.length).toBe(0)
  flushSync()
  expect(geolocation.clearWatch).toHaveBeenCalledWith(7)
  end()
})

test('a place that comes too soon for the engine is told once it may be, and others now and then', async () => {
  const { places, end, at, told, tick } = begin([SHARE])
  await expect.poll(() => places.shares.length).toBe(1)
  flushSync()
  at(1)
  // The engine passes over what comes within five seconds of the last one.
  at(2)
  const latest = () =>
    told().filter((command) => 'place' in command && command.place.latitude === 20_000_000).length
  expect(latest()).toBe(1)
  tick()
  tick()
  expect(latest(), 'ten seconds later').toBe(3)
  for (let seconds = 5; seconds < 30; seconds += 5) tick()
  expect(latest(), 'somebody who stands still').toBe(3)
  tick()
  expect(latest()).toBe(4)
  end()
})

test('nobody is followed whom nobody is to see', async () => {
  const { fake, geolocation, places, end } = begin([{ ...SHARE, until: Date.now() - 1 }])
  fake.tell({ notice: 'live_places' })
  await expect.poll(() => places.shares).toEqual([])
  flushSync()
  expect(geolocation.watchPosition).not.toHaveBeenCalled()
  end()
})
