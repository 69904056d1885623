import { LOCALES, type Locale } from '@/i18n/index.svelte'

const THEMES = ['system', 'light', 'dark'] as const
const ACCENTS = ['pine', 'lake', 'plum', 'berry', 'honey', 'slate'] as const
const TEXT_SIZES = ['small', 'normal', 'large', 'huge'] as const
const DENSITIES = ['comfortable', 'compact'] as const
const SEND_KEYS = ['enter', 'ctrl-enter'] as const
const LINKS = ['ask', 'yes', 'no'] as const

/** What each setting of this device may be; the first is what it is until somebody chooses. */
export const CHOICES = {
  theme: THEMES,
  accent: ACCENTS,
  text: TEXT_SIZES,
  density: DENSITIES,
  sendKey: SEND_KEYS,
} as const

export type Theme = (typeof THEMES)[number]
export type Accent = (typeof ACCENTS)[number]
export type TextSize = (typeof TEXT_SIZES)[number]
export type Density = (typeof DENSITIES)[number]
export type SendKey = (typeof SEND_KEYS)[number]
/** Whether the server is asked what the pages are called to which somebody links. */
export type Links = (typeof LINKS)[number]

/** How this device shows things. Not shared with one's other devices. */
export interface Settings {
  readonly theme: Theme
  readonly accent: Accent
  readonly text: TextSize
  readonly density: Density
  readonly sendKey: SendKey
  /** The buttons for formatting stay in sight, not only while text is selected. */
  readonly formatBar: boolean
  /** What is looked at full screen is blurred while the window is not in front. */
  readonly hideAway: boolean
  /** Previews of links that are written; `ask` until somebody has said what they want. */
  readonly links: Links
  /** Undefined: as the browser wishes. */
  readonly language: Locale | undefined
}

export const DEFAULTS: Settings = {
  theme: 'system',
  accent: 'pine',
  text: 'normal',
  density: 'comfortable',
  sendKey: 'enter',
  formatBar: false,
  hideAway: false,
  links: 'ask',
  language: undefined,
}

/** Reads what was kept, taking the default for whatever is missing or unknown. */
export function parseSettings(kept: string | null): Settings {
  let value: unknown
  try {
    value = JSON.parse(kept ?? '')
  } catch {
    return DEFAULTS
  }
  if (typeof value !== 'object' || value === null) return DEFAULTS
  const fields = new Map<string, unknown>(Object.entries(value))
  const pick = <T>(name: string, known: readonly T[], otherwise: T): T =>
    known.find((one) => one === fields.get(name)) ?? otherwise
  return {
    theme: pick('theme', THEMES, DEFAULTS.theme),
    accent: pick('accent', ACCENTS, DEFAULTS.accent),
    text: pick('text', TEXT_SIZES, DEFAULTS.text),
    density: pick('density', DENSITIES, DEFAULTS.density),
    sendKey: pick('sendKey', SEND_KEYS, DEFAULTS.sendKey),
    formatBar: pick('formatBar', [false, true], DEFAULTS.formatBar),
    hideAway: pick('hideAway', [false, true], DEFAULTS.hideAway),
    links: pick('links', LINKS, DEFAULTS.links),
    language: pick<Locale | undefined>('language', LOCALES, undefined),
  }
}
