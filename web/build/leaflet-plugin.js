const SOURCE = /\/leaflet\/dist\/leaflet-src(\.esm)?\.js$/
const MARKUP = "div.innerHTML = '<svg/>';"
const ELEMENT = "div.append(document.createElementNS('http://www.w3.org/2000/svg', 'svg'));"

/**
 * Leaflet finds out at its start what a browser can, by markup that no page of ours may make of text (Trusted Types): it
 * would not even start. The same is made as an element.
 *
 * @returns {import('vite').Plugin}
 */
export const leaflet = () => ({
  name: 'beseda-leaflet',
  transform(code, id) {
    if (!SOURCE.test(id.split('?')[0] ?? '')) return undefined
    if (!code.includes(MARKUP))
      this.error('Leaflet starts in another way now: look whether it still makes markup')
    return { code: code.replace(MARKUP, ELEMENT), map: null }
  },
})
