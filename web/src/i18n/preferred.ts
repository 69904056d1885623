import { LOCALES, type Locale } from './gen/messages'

/** The language that a person with these wishes reads best. */
export function preferred(wishes: readonly string[]): Locale {
  for (const wish of wishes) {
    const found = LOCALES.find((known) => wish.toLowerCase().split('-')[0] === known)
    if (found) return found
  }
  return 'en'
}
