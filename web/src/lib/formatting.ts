import type { AccountId, Entity, FormattedText } from '@/engine/port'

/** How a run of text looks. */
export type Inline =
  | { readonly style: 'bold' | 'italic' | 'strike' | 'code' | 'spoiler' }
  | { readonly style: 'link'; readonly url: string }
  | { readonly style: 'mention'; readonly account: AccountId }

/** A run of text, the outermost style first. */
export interface Span {
  readonly text: string
  readonly styles: readonly Inline[]
}

/** Text between two changes of its block. */
export type Block =
  | { readonly block: 'text' | 'quote'; readonly spans: readonly Span[] }
  | { readonly block: 'code'; readonly language: string; readonly text: string }

/** Addresses that stand in the text as they are: of pages, and of people's mail. */
const ADDRESS = new RegExp(
  [
    String.raw`(?:https?:\/\/|(?<![\p{L}\p{N}_.@/-])www\.(?=[\p{L}\p{N}-]+\.))[^\s<>"'«»“”]*[^\s<>"'«»“”.,;:!?)\]}…]`,
    // Each part has an end, so that no text takes long to look through.
    String.raw`(?<![\p{L}\p{N}._%+/-])[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,63}`,
  ].join('|'),
  'giu',
)

/**
 * Cuts a text into blocks and runs. Runs of formatting may nest and overlap, and their positions count Unicode scalar
 * values; a style that is not known changes nothing.
 */
export function blocks(text: string, entities: readonly Entity[]): readonly Block[] {
  const characters = Array.from(text)
  const cuts = new Set([0, characters.length])
  for (const { s, n } of entities) {
    cuts.add(Math.min(s, characters.length))
    cuts.add(Math.min(s + n, characters.length))
  }
  const places = [...cuts].sort((a, b) => a - b)
  const made: { key: string; block: Block }[] = []
  places.forEach((start, index) => {
    const end = places[index + 1]
    if (end === undefined) return
    const here = entities.filter(({ s, n }) => s <= start && s + n >= end)
    append(made, characters.slice(start, end).join(''), here)
  })
  return made
    .map(({ block }) => block)
    .map(trimmed)
    .filter((block) => textOf(block) !== '')
}

function append(made: { key: string; block: Block }[], text: string, here: readonly Entity[]): void {
  const outer = here.find(({ k }) => k === 'quote' || isBlock(k))
  const key = outer ? `${outer.s}+${outer.n}` : ''
  const last = made.at(-1)
  const block = last?.key === key ? last.block : undefined
  if (outer && isBlock(outer.k)) {
    const before = block?.block === 'code' ? block.text : ''
    put(made, block !== undefined, key, {
      block: 'code',
      language: outer.k.block.language ?? '',
      text: before + text,
    })
    return
  }
  const styles = here.map(({ k }) => inline(k)).filter((style) => style !== undefined)
  const spans = styles.some(({ style }) => style === 'link' || style === 'code')
    ? [{ text, styles }]
    : linked(text, styles)
  const before = block && block.block !== 'code' ? block.spans : []
  put(made, block !== undefined, key, { block: outer ? 'quote' : 'text', spans: [...before, ...spans] })
}

function put(made: { key: string; block: Block }[], replace: boolean, key: string, block: Block): void {
  if (replace) made.pop()
  made.push({ key, block })
}

const isBlock = (style: Entity['k']): style is { block: { language?: string } } =>
  typeof style === 'object' && 'block' in style

function inline(style: Entity['k']): Inline | undefined {
  if (typeof style === 'object') {
    if ('link' in style) return { style: 'link', url: style.link.url }
    if ('mention' in style) return { style: 'mention', account: style.mention.account }
    return undefined
  }
  return style === 'quote' || style === 'unknown' ? undefined : { style }
}

/** Makes addresses that stand in the text into links. */
function linked(text: string, styles: readonly Inline[]): Span[] {
  const spans: Span[] = []
  let from = 0
  for (const found of text.matchAll(ADDRESS)) {
    if (found.index > from) spans.push({ text: text.slice(from, found.index), styles })
    spans.push({ text: found[0], styles: [...styles, { style: 'link', url: addressed(found[0]) }] })
    from = found.index + found[0].length
  }
  if (from < text.length) spans.push({ text: text.slice(from), styles })
  return spans
}

/** Where an address leads that was written without its beginning. */
function addressed(address: string): string {
  if (/^https?:/i.test(address)) return address
  return /^www\./i.test(address) && !address.includes('@') ? `https://${address}` : `mailto:${address}`
}

/** The pages of the web to which a text links, in its order, each once; not what is hidden until asked for. */
export function pagesOf({ text, entities }: FormattedText): readonly string[] {
  const spans = blocks(text, entities).flatMap((block) => (block.block === 'code' ? [] : block.spans))
  const urls = spans
    .filter(({ styles }) => styles.every(({ style }) => style !== 'spoiler'))
    .flatMap(({ styles }) => styles.flatMap((style) => (style.style === 'link' ? [style.url] : [])))
  return [...new Set(urls.filter((url) => /^https?:\/\//i.test(url)))]
}

/** The first of them whose address stands in the text as it is or under other words. */
export const firstPage = ({ text, entities }: FormattedText): string | undefined =>
  pagesOf({ text, entities }).find(
    (url) =>
      text.includes(url) ||
      entities.some(({ k }) => typeof k === 'object' && 'link' in k && k.link.url === url),
  )

/** A block stands on lines of its own: the line ends around it are not shown twice. */
function trimmed(block: Block, at: number, all: readonly Block[]): Block {
  if (block.block !== 'text') return block
  const spans = [...block.spans]
  const first = spans[0]
  if (at > 0 && first?.text.startsWith('\n')) spans[0] = { ...first, text: first.text.slice(1) }
  const last = spans.at(-1)
  if (at < all.length - 1 && last?.text.endsWith('\n')) {
    spans[spans.length - 1] = { ...last, text: last.text.slice(0, -1) }
  }
  return { ...block, spans }
}

const textOf = (block: Block): string =>
  block.block === 'code' ? block.text : block.spans.map((span) => span.text).join('')

/** A part of a text by position and length in Unicode scalar values, as the engine counts. */
export function marked(
  text: string,
  matches: readonly (readonly [number, number])[],
): readonly { readonly text: string; readonly hit: boolean }[] {
  const characters = Array.from(text)
  const parts: { text: string; hit: boolean }[] = []
  let from = 0
  for (const [start, length] of matches) {
    if (start > from) parts.push({ text: characters.slice(from, start).join(''), hit: false })
    parts.push({ text: characters.slice(Math.max(start, from), start + length).join(''), hit: true })
    from = Math.max(from, start + length)
  }
  if (from < characters.length) parts.push({ text: characters.slice(from).join(''), hit: false })
  return parts.filter((part) => part.text !== '')
}
