import { createContext } from 'svelte'
import type { LiveShare } from '@/engine/port'
import { toFixed } from '@/lib/coordinates'
import type { Engine, Live } from './engine.svelte'

/** Whoever comes later sees where one is after so long, even if one stands still. */
const AGAIN_MS = 30_000

/** The engine tells no more often than this, and passes over what comes sooner. */
const SOON_MS = 5_000

/** So often a place is told again: the first time may still be too soon. */
const SOON_TIMES = 2

type Clock = Pick<Window, 'setInterval' | 'clearInterval'>
type Locator = Pick<Geolocation, 'watchPosition' | 'clearWatch'>

/** Tells those to whom it was promised where this device is. */
export class LivePlaces {
  readonly #engine: Engine
  readonly #live: Live<readonly LiveShare[]>
  readonly #geolocation: Locator | undefined
  readonly #clock: Clock
  #isLost = $state(false)
  #now = $state(Date.now())

  constructor(engine: Engine, geolocation: Locator | undefined, clock: Clock) {
    this.#engine = engine
    this.#live = engine.live({ query: 'live_shares' })
    this.#geolocation = geolocation
    this.#clock = clock
  }

  /** What is told at this moment. */
  get shares(): readonly LiveShare[] {
    return (this.#live.now ?? []).filter(({ until }) => until > this.#now)
  }

  /** The moment that is compared with, near enough for minutes. */
  get now(): number {
    return this.#now
  }

  /** The browser does not say where this device is. */
  get isLost(): boolean {
    return this.#isLost
  }

  async stop({ conversation, message }: LiveShare): Promise<void> {
    await this.#engine.do({ command: 'stop_place', conversation, message })
  }

  /** Follows this device for as long as something is told; to be called from an effect. */
  readonly follow = (): (() => void) | undefined => {
    if (this.shares.length === 0) return undefined
    return this.#watch()
  }

  #watch(): () => void {
    let last: GeolocationPosition | undefined
    let soon = 0
    let waited = 0
    const tell = () => {
      this.#now = Date.now()
      waited = 0
      if (!last) return
      const { latitude, longitude, accuracy } = last.coords
      const place = { ...toFixed({ latitude, longitude }), accuracy: Math.round(accuracy), name: '' }
      // What is not heard now is told again soon.
      void this.#engine.do({ command: 'tell_place', place }).catch(() => undefined)
    }
    const watch = this.#geolocation?.watchPosition(
      (position) => {
        this.#isLost = false
        last = position
        soon = SOON_TIMES
        tell()
      },
      () => {
        this.#isLost = true
      },
      { enableHighAccuracy: true, maximumAge: 5_000 },
    )
    const timer = this.#clock.setInterval(() => {
      this.#now = Date.now()
      waited += SOON_MS
      if (soon === 0 && waited < AGAIN_MS) return
      soon = Math.max(soon - 1, 0)
      tell()
    }, SOON_MS)
    this.#isLost = this.#geolocation === undefined
    return () => {
      this.#clock.clearInterval(timer)
      if (watch !== undefined) this.#geolocation?.clearWatch(watch)
      this.#isLost = false
    }
  }
}

export const [useLivePlaces, provideLivePlaces] = createContext<LivePlaces>()
