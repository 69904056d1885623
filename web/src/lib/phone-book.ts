// What is known of the countries' phone numbers. It weighs as much as a small picture, so that it is loaded by whoever types a
// number, and by nobody else. It only makes typing pleasant: what a number is, the server says.

import type { CountryCode } from 'libphonenumber-js/min'

/** A country whose numbers begin with `+calling`. */
export interface Region {
  /** Its two letters. */
  readonly region: string
  readonly calling: string
}

export interface PhoneBook {
  readonly regions: readonly Region[]
  /** What was typed so far, with the spaces and brackets of its country. */
  readonly format: (typed: string, region: string | undefined) => string
  /** The country that a number with a plus belongs to; of several that share its first digits, the usual one. */
  readonly regionOf: (typed: string, usual: string | undefined) => string | undefined
}

/** Loads it. Rejects when it can't be had, as without a connection. */
export async function phoneBook(): Promise<PhoneBook> {
  const { AsYouType, getCountries, getCountryCallingCode, isSupportedCountry } =
    await import('libphonenumber-js/min')
  const known = (region: string | undefined): CountryCode | undefined =>
    region !== undefined && isSupportedCountry(region) ? region : undefined
  return {
    regions: getCountries().map((region) => ({ region, calling: getCountryCallingCode(region) })),
    format: (typed, region) => new AsYouType(known(region)).input(typed),
    regionOf: (typed, usual) => {
      if (!typed.trimStart().startsWith('+')) return undefined
      const reader = new AsYouType()
      reader.input(typed)
      const calling = reader.getCallingCode()
      const sharing = getCountries().filter((region) => getCountryCallingCode(region) === calling)
      return (
        reader.getCountry() ??
        sharing.find((region) => region === usual) ??
        sharing.find((region) => NAMESAKES.has(region)) ??
        sharing[0]
      )
    },
  }
}

/** Of the countries that share a code, those that it is known by. */
const NAMESAKES: ReadonlySet<string> = new Set([
  'US',
  'RU',
  'GB',
  'IT',
  'NO',
  'AU',
  'FI',
  'MA',
  'RE',
  'GP',
  'CW',
  'SH',
])

/** The country that this browser is most probably used in. */
export function regionOfBrowser(languages: readonly string[]): string | undefined {
  for (const language of languages) {
    const { region } = new Intl.Locale(language)
    if (region !== undefined && /^[A-Z]{2}$/.test(region)) return region
  }
  return undefined
}
