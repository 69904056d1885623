// The manifest of the installed app, one for each language.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const CATALOGUES = fileURLToPath(new URL('../src/i18n/messages/', import.meta.url))
const LOCALES = ['en', 'ru']

/**
 * @param {string} area
 * @param {string} locale
 * @returns {Record<string, string>}
 */
function catalogue(area, locale) {
  /** @type {unknown} */
  const parsed = JSON.parse(readFileSync(`${CATALOGUES}${area}.${locale}.json`, 'utf8'))
  if (typeof parsed !== 'object' || parsed === null) throw new Error(`${area}.${locale}.json is no catalogue`)
  return Object.fromEntries(Object.entries(parsed).map(([key, text]) => [key, String(text)]))
}

/** @param {string} locale */
function manifest(locale) {
  const shell = catalogue('shell', locale)
  const fresh = catalogue('fresh', locale)
  const icon = { src: '/icons/icon-192.png', sizes: '192x192', type: 'image/png' }
  return {
    // The same app in each language.
    id: '/',
    lang: locale,
    name: shell['name'],
    short_name: shell['name'],
    description: shell['description'],
    start_url: '/',
    scope: '/',
    display: 'standalone',
    orientation: 'any',
    background_color: '#f4f2ed',
    theme_color: '#0b4a3b',
    categories: ['social', 'communication'],
    icons: [
      { src: '/icons/favicon.svg', sizes: 'any', type: 'image/svg+xml' },
      icon,
      { src: '/icons/icon-512.png', sizes: '512x512', type: 'image/png' },
      { src: '/icons/maskable-192.png', sizes: '192x192', type: 'image/png', purpose: 'maskable' },
      { src: '/icons/maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
    ],
    shortcuts: [
      { name: fresh['title'], url: '/new', icons: [icon] },
      { name: fresh['group'], url: '/new/group', icons: [icon] },
      { name: fresh['contact'], url: '/new/contact', icons: [icon] },
    ],
    // Posted, so that it stands in no address on its way to the service worker.
    share_target: {
      action: '/share',
      method: 'POST',
      enctype: 'multipart/form-data',
      params: { title: 'title', text: 'text', url: 'url' },
    },
    protocol_handlers: [{ protocol: 'web+beseda', url: '/open#%s' }],
  }
}

/**
 * Writes them beside the page; the app names the one in its language.
 * @returns {import('vite').Plugin}
 */
export function manifests() {
  return {
    name: 'manifests',
    apply: 'build',
    generateBundle() {
      for (const locale of LOCALES) {
        const source = JSON.stringify(manifest(locale))
        this.emitFile({ type: 'asset', fileName: `manifest.${locale}.webmanifest`, source })
      }
    },
  }
}
