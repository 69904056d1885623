import { preferred, speak } from '@/i18n/index.svelte'
import { Router } from '@/state/router.svelte'

/** Everything that lives as long as the page. The only place that makes state. */
export interface App {
  readonly router: Router
}

export async function compose(host: Window): Promise<App> {
  await speak(preferred(host.navigator.languages))
  return { router: new Router(host) }
}
