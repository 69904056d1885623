type Forms = Readonly<Record<string, () => string>>

function choose(forms: Forms, keys: readonly string[]): string {
  for (const key of keys) {
    const form = forms[key]
    if (form) return form()
  }
  return ''
}

/** What the compiled messages of a locale call. */
export function forms(locale: string) {
  const format = new Intl.NumberFormat(locale)
  const cardinals = new Intl.PluralRules(locale)
  const ordinals = new Intl.PluralRules(locale, { type: 'ordinal' })
  const by = (rules: Intl.PluralRules) => (exact: number, value: number, given: Forms) =>
    choose(given, [`=${exact}`, rules.select(value), 'other'])
  return {
    number: (value: number) => format.format(value),
    plural: by(cardinals),
    ordinal: by(ordinals),
    select: (value: string, given: Forms) => choose(given, [value, 'other']),
  }
}
