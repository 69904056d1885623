import { Drafts } from '@/state/drafts.svelte'
import { EmojiHabits } from '@/state/emoji-habits.svelte'
import type { Engine } from '@/state/engine.svelte'
import type { Files } from '@/state/files.svelte'
import { LivePlaces } from '@/state/live-places.svelte'
import { Player } from '@/state/player.svelte'
import { Searches } from '@/state/search.svelte'
import { Timelines } from '@/state/timeline.svelte'
import { Traffic } from '@/state/traffic.svelte'

/** State that only those need who are signed in: the first view does not wait for it. It lives as long as the page. */
export interface Inside {
  readonly drafts: Drafts
  readonly emojiHabits: EmojiHabits
  readonly livePlaces: LivePlaces
  readonly player: Player
  readonly searches: Searches
  readonly timelines: Timelines
  readonly traffic: Traffic
}

/** What it is made from. */
export interface Outside {
  readonly engine: Engine
  readonly files: Files
  readonly window: Window
  readonly storage: Storage | undefined
  /** Something could not be played. */
  readonly failed: (error: unknown) => void
}

export function composeInside({ engine, files, window, storage, failed }: Outside): Inside {
  const traffic = new Traffic(engine)
  return {
    drafts: new Drafts(engine, window),
    emojiHabits: new EmojiHabits(storage),
    livePlaces: new LivePlaces(engine, window.navigator.geolocation, window),
    player: new Player(engine, files, traffic, failed),
    searches: new Searches(engine),
    timelines: new Timelines(engine),
    traffic,
  }
}
