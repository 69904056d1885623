// The language is the document's, as its `lang` is: hence one for the whole page, unlike all other state.
import { load, loadLater, LOCALES, through, type Locale, type Messages } from './gen/messages'

export { LOCALES, type Locale }
export { preferred } from './preferred'
export type { Rich } from './rich'

let loaded = $state.raw<{ locale: Locale; messages: Messages }>()
/** Whether the words are wanted that are not needed for the first view. */
let isAll = false

function current() {
  if (!loaded) throw new Error('no language is loaded yet')
  return loaded
}

/** The messages, in the current language: `m.timeline.new_messages({ count })`. */
export const m = through(() => current().messages)

/** The current language, for `Intl`. */
export const locale = (): Locale => current().locale

/** Shows everything in this language from now on. */
export async function speak(next: Locale): Promise<void> {
  const [first, later] = await Promise.all([load[next](), isAll ? loadLater[next]() : undefined])
  // What is not there is not shown before `allWords`: `build/messages.js` sees to that.
  loaded = { locale: next, messages: { ...first, ...later } as Messages }
  document.documentElement.lang = next
  // What the browser shows of the installed app.
  document.querySelector('link[rel=manifest]')?.setAttribute('href', `/manifest.${next}.webmanifest`)
}

/** Has all words from now on, for whatever is shown after the first view. */
export async function allWords(): Promise<void> {
  if (isAll) return
  isAll = true
  await speak(locale())
}
