import { m } from '@/i18n/index.svelte'
import { href } from '@/lib/route'
import { IconDevice, IconKey, IconReload, type Glyph } from '@/ui/icons'

/** A way in, as {@link import('./Ways.svelte').default} shows it. */
export interface Way {
  readonly href: string
  readonly icon: Glyph
  readonly title: string
  readonly text: string
}

/** The ways into an account that somebody has already. */
export const waysBack = (): Way[] => [
  {
    href: href({ at: 'join', step: 'device' }),
    icon: IconDevice,
    title: m.join.way_device(),
    text: m.join.way_device_text(),
  },
  {
    href: href({ at: 'join', step: 'recover' }),
    icon: IconKey,
    title: m.join.way_phrase(),
    text: m.join.way_phrase_text(),
  },
]

/** The last one, for whoever has neither: to begin anew, at this step. `text` says what for. */
export const wayAnew = (step: 'reset' | 'reset-phone', text: string): Way => ({
  href: href({ at: 'join', step }),
  icon: IconReload,
  title: m.join.way_reset(),
  text,
})
