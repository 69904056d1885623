import { createContext } from 'svelte'
import { preferred, speak, type Locale } from '@/i18n/index.svelte'
import { CHOICES, parseSettings, type Settings, type Theme } from '@/lib/settings'

const KEY = 'beseda.settings'

/** What the settings live on. */
export interface SettingsHost {
  readonly document: Document
  readonly storage: Pick<Storage, 'getItem' | 'setItem'> | undefined
  readonly languages: readonly string[]
}

/** How this device shows things: kept in it, applied to the page. */
export class DeviceSettings {
  #current = $state.raw<Settings>(parseSettings(null))
  readonly #host: SettingsHost

  constructor(host: SettingsHost) {
    this.#host = host
    this.#current = parseSettings(read(host.storage))
    this.#apply()
  }

  get current(): Settings {
    return this.#current
  }

  /** The language that is shown: the chosen one, or the browser's. */
  get language(): Locale {
    return this.#current.language ?? preferred(this.#host.languages)
  }

  change(part: Partial<Settings>): void {
    const spoken = this.language
    this.#current = { ...this.#current, ...part }
    this.#apply()
    keep(this.#host.storage, this.#current)
    if (this.language !== spoken) void speak(this.language)
  }

  #apply(): void {
    const { dataset } = this.#host.document.documentElement
    const { theme, accent, text, density } = this.#current
    set(dataset, 'theme', theme, CHOICES.theme[0])
    set(dataset, 'accent', accent, CHOICES.accent[0])
    set(dataset, 'text', text, 'normal')
    set(dataset, 'density', density, CHOICES.density[0])
    paintFrame(this.#host.document, theme)
  }
}

/** The browser's own frame takes the colour of the page: `<meta name="theme-color">`, one for each scheme. */
function paintFrame(document: Document, theme: Theme): void {
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]')) {
    const scheme = meta.dataset['scheme'] ?? ''
    const chosen = theme === scheme ? 'all' : 'not all'
    meta.media = theme === 'system' ? `(prefers-color-scheme: ${scheme})` : chosen
  }
}

function set(dataset: DOMStringMap, name: string, value: string, usual: string): void {
  if (value === usual) Reflect.deleteProperty(dataset, name)
  else dataset[name] = value
}

// A browser may forbid storage altogether: then the choice holds until the page is closed.
function read(storage: SettingsHost['storage']): string | null {
  try {
    return storage?.getItem(KEY) ?? null
  } catch {
    return null
  }
}

function keep(storage: SettingsHost['storage'], settings: Settings): void {
  try {
    storage?.setItem(KEY, JSON.stringify(settings))
  } catch {
    // Full or forbidden: see above.
  }
}

export const [useSettings, provideSettings] = createContext<DeviceSettings>()
