// Files that are nothing but text, whatever they are called.
import type { AttachmentView } from '@/engine/port'
import { decoded } from './read-text'

/** Bytes that are looked at for how one begins. */
const BEGINNING = 4096
/** As the engine takes them. */
const MOST_BYTES = 1_000
const MOST_LINES = 12

/** Texts that tell nothing to whoever reads how they begin: pages to be printed, and pictures. */
const UNREADABLE = /^(image|audio)\/|\/(rtf|postscript|pdf)$/
/** What no text has: control characters but for those that part words and lines. */
// eslint-disable-next-line no-control-regex -- these are what is looked for
const CONTROL = /[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]/
const LETTER = /\p{L}/u

/** What a text begins with, in a few lines; undefined if it is none. */
export async function excerptOf(file: Blob): Promise<string | undefined> {
  if (UNREADABLE.test(file.type)) return undefined
  const bytes = new Uint8Array(await file.slice(0, BEGINNING).arrayBuffer())
  const text = decoded(bytes, { isCut: file.size > BEGINNING, isOld: file.type.startsWith('text/') })
  if (text === undefined || CONTROL.test(text) || !LETTER.test(text)) return undefined
  return shortened(text)
}

function shortened(text: string): string {
  const lines = text.replace(/^\s*\n/, '').split(/\r\n?|\n/, MOST_LINES)
  const encoder = new TextEncoder()
  let shown = ''
  for (const char of lines.join('\n')) {
    if (encoder.encode(shown + char).length > MOST_BYTES) break
    shown += char
  }
  return shown.trimEnd()
}

/** Bytes of a text that are shown: a page with more would hold everything up. */
const MOST_SHOWN = 512 * 1024

/** A text to be read, and whether there is more of it; undefined if it is none. */
export async function textOf(
  file: Blob,
): Promise<{ readonly text: string; readonly isCut: boolean } | undefined> {
  const isCut = file.size > MOST_SHOWN
  const bytes = new Uint8Array(await file.slice(0, MOST_SHOWN).arrayBuffer())
  const text = decoded(bytes, { isCut, isOld: true })
  return text === undefined || CONTROL.test(text) ? undefined : { text, isCut }
}

const PROSE = /\.(txt|text|md|markdown|rst|log)$/i
const WORDS =
  /^(text\/|application\/(json|xml|yaml|toml|javascript|x-sh|x-yaml|x-ndjson)$|application\/.*\+(json|xml)$)/
const NAMES =
  /\.(txt|text|md|markdown|rst|log|csv|tsv|json|ndjson|ya?ml|toml|ini|conf|xml|html?|css|[cm]?[jt]sx?|svelte|vue|py|rb|go|rs|java|kt|swift|c|h|cc|cpp|hpp|cs|php|pl|lua|sh|bash|zsh|fish|sql|diff|patch|tex|srt|vtt|ics|vcf)$/i

type Named = Pick<AttachmentView, 'media' | 'media_type' | 'name'>

/** Whether it can be read as a text, as far as its sender tells. */
export const isText = ({
  media,
  media_type,
  name,
  excerpt,
}: Named & Pick<AttachmentView, 'excerpt'>): boolean =>
  media.k === 'file' && (excerpt !== undefined || WORDS.test(media_type) || NAMES.test(name))

/** Sentences, not code: of such a text the lines may be of any length. */
export const isProse = (name: string): boolean => PROSE.test(name) || !/\.\w+$/.test(name)

/** Whether it can be read page by page, as far as its sender tells. */
export const isPages = ({ media, media_type, name }: Named): boolean =>
  media.k === 'file' && (media_type === 'application/pdf' || /\.pdf$/i.test(name))
