// The language is the document's, as its `lang` is: hence one for the whole page, unlike all other state.
import { load, loadLater, LOCALES, through, type Locale } from './gen/messages'
import { Words } from './words.svelte'

export { LOCALES, type Locale }
export { preferred } from './preferred'
export type { Rich } from './rich'

const words = new Words(load, loadLater)

/** The messages, in the current language: `m.timeline.new_messages({ count })`. */
export const m = through(() => words.now.messages)

/** The current language, for `Intl`. */
export const locale = (): Locale => words.now.locale

/** Shows everything in this language from now on. */
export async function speak(next: Locale): Promise<void> {
  await words.speak(next)
  document.documentElement.lang = locale()
  // What the browser shows of the installed app.
  document.querySelector('link[rel=manifest]')?.setAttribute('href', `/manifest.${locale()}.webmanifest`)
}

/** Has all words from now on, for whatever is shown after the first view. */
export const allWords = (): Promise<void> => words.all()
