import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const ID = 'virtual:emoji'
const RESOLVED = `\0${ID}`
// Parts of flags and skin tones by themselves: nobody looks for them.
const COMPONENTS = 2

/**
 * @typedef {object} Emoji
 * @property {string} emoji
 * @property {string} hexcode
 * @property {string} label
 * @property {string[]} [tags]
 * @property {number} [group]
 * @property {number} [order]
 * @property {{ emoji: string, tone: number | number[] }[]} [skins]
 */

/**
 * Without a variation selector that changes nothing: one emoji is one string, whoever has typed it.
 * @param {string} emoji
 */
const bare = (emoji) => emoji.replace(/^(\p{Emoji_Presentation})\ufe0f$/u, '$1')

/** @returns {string} */
function table() {
  /** @type {Emoji[]} */
  const english = require('emojibase-data/en/data.json')
  /** @type {Emoji[]} */
  const russian = require('emojibase-data/ru/data.json')
  const inRussian = new Map(russian.map((emoji) => [emoji.hexcode, emoji]))
  /** @type {unknown[][]} */
  const groups = []
  for (const emoji of english.toSorted((a, b) => (a.order ?? 0) - (b.order ?? 0))) {
    if (emoji.group === undefined || emoji.group === COMPONENTS) continue
    const other = inRussian.get(emoji.hexcode)
    const tones = (emoji.skins ?? [])
      .filter((skin) => typeof skin.tone === 'number')
      .map((skin) => skin.emoji)
    const words = new Set([...(emoji.tags ?? []), ...(other?.tags ?? [])])
    const row = [bare(emoji.emoji), emoji.label, other?.label ?? '', [...words].join(' ')]
    ;(groups[emoji.group] ??= []).push(tones.length === 5 ? [...row, tones] : row)
  }
  groups.splice(COMPONENTS, 1)
  return JSON.stringify(groups)
}

/**
 * Gives the module `virtual:emoji`: all emoji by group, with what they are called in every language of the app.
 * @returns {import('vite').Plugin}
 */
export function emoji() {
  return {
    name: 'emoji',
    resolveId: (id) => (id === ID ? RESOLVED : undefined),
    // A string that is parsed is much faster to start than an object in the source.
    load: (id) => (id === RESOLVED ? `export default JSON.parse(${JSON.stringify(table())})` : undefined),
  }
}
