import { speak } from '@/i18n/index.svelte'
import { Layout } from '@/state/layout.svelte'
import { Router } from '@/state/router.svelte'
import { DeviceSettings } from '@/state/settings.svelte'
import { Shortcuts } from '@/state/shortcuts.svelte'
import { Toasts } from '@/state/toasts.svelte'

/** Everything that lives as long as the page. The only place that makes state. */
export interface App {
  readonly layout: Layout
  readonly router: Router
  readonly settings: DeviceSettings
  readonly shortcuts: Shortcuts
  readonly toasts: Toasts
}

export async function compose(host: Window): Promise<App> {
  const settings = new DeviceSettings({
    document: host.document,
    storage: storageOf(host),
    languages: host.navigator.languages,
  })
  await speak(settings.language)
  return {
    layout: new Layout(),
    router: new Router(host),
    settings,
    shortcuts: new Shortcuts(host.navigator.userAgent),
    toasts: new Toasts(host),
  }
}

/** Even to ask for the storage throws where the browser forbids it. */
function storageOf(host: Window): Storage | undefined {
  try {
    return host.localStorage
  } catch {
    return undefined
  }
}
