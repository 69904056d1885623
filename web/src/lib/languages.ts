import type { Locale } from '@/i18n/index.svelte'

/** Each language by its own name, so that whoever reads only that one finds it. */
export const LANGUAGE_NAMES: Readonly<Record<Locale, string>> = { en: 'English', ru: 'Русский' }
