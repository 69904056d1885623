// Draws the app's icons from the mark: node build/icons.js. The pictures in public/icons are its output, committed.
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium as playwright } from 'playwright'
import { chromium } from './chromium.js'

const OUT = fileURLToPath(new URL('../public/icons/', import.meta.url))

// Б, whose bowl is a speech bubble with its tail in the corner; over it the lamp of the garden house (беседка).
const LETTER =
  'M16.5 22a11.5 11.5 0 0 1 11.5-11.5h6a3.75 3.75 0 0 1 0 7.5h-6a4 4 0 0 0-4 4v2h10.5a15 15 0 0 1 0 30H18.5a2 2 0 0 1-2-2zM24 31.5v15h10.5a7.5 7.5 0 0 0 0-15z'
const LAMP = '<circle cx="45.5" cy="14.25" r="4.6"'
const PAPER = '#fdf8ec'

/**
 * @param {{ corner: number, scale: number }} shape  `corner`: radius of the tile; `scale`: of the mark within it
 */
function tile({ corner, scale }) {
  const shift = 32 - 32 * scale
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">
  <defs><linearGradient id="night" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#17664f"/><stop offset="1" stop-color="#013e32"/></linearGradient></defs>
  <rect width="64" height="64" rx="${corner}" fill="url(#night)"/>
  <g transform="translate(${shift} ${shift}) scale(${scale})">
    <path d="${LETTER}" fill="${PAPER}" fill-rule="evenodd"/>
    ${LAMP} fill="#f6ae51"/>
  </g>
</svg>
`
}

/** White on nothing, as Android wants the small picture in its status bar. */
const outline = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><g fill="#fff"><path d="${LETTER}" fill-rule="evenodd"/>${LAMP}/></g></svg>`

const rounded = tile({ corner: 15, scale: 1 })
const full = tile({ corner: 0, scale: 0.92 })
// The safe zone of a maskable icon is a circle of 80 % of its width.
const maskable = tile({ corner: 0, scale: 0.74 })

/** @type {[string, number, string][]} */
const PICTURES = [
  ['icon-192.png', 192, rounded],
  ['icon-512.png', 512, rounded],
  ['maskable-192.png', 192, maskable],
  ['maskable-512.png', 512, maskable],
  ['apple-touch-icon.png', 180, full],
  ['badge-96.png', 96, outline],
]

mkdirSync(OUT, { recursive: true })
writeFileSync(`${OUT}favicon.svg`, rounded)
const browser = await playwright.launch(chromium())
try {
  for (const [name, size, svg] of PICTURES) {
    const page = await browser.newPage({ viewport: { width: size, height: size } })
    await page.setContent(`<style>*{margin:0}svg{display:block;width:${size}px}</style>${svg}`)
    await page.screenshot({ path: OUT + name, omitBackground: true })
    await page.close()
  }
} finally {
  await browser.close()
}
