import type { AccountView } from '@/engine/port'

/** A text field's text and what is selected in it. */
export interface Field {
  readonly text: string
  readonly start: number
  readonly end: number
}

export type Mark = 'bold' | 'italic' | 'strike' | 'code' | 'spoiler' | 'quote' | 'block' | 'link'

const AROUND: Record<Exclude<Mark, 'quote' | 'block' | 'link'>, string> = {
  bold: '**',
  italic: '_',
  strike: '~~',
  code: '`',
  spoiler: '||',
}

/** Puts markup around what is selected, or takes it away where it stands already. */
export function apply(mark: Mark, field: Field): Field {
  switch (mark) {
    case 'quote':
      return quote(field)
    case 'block':
      return block(field)
    case 'link':
      return link(field)
    case 'bold':
    case 'italic':
    case 'strike':
    case 'code':
    case 'spoiler':
      return around(AROUND[mark], field)
  }
}

function around(sign: string, { text, start, end }: Field): Field {
  const selected = text.slice(start, end)
  const length = sign.length
  if (text.slice(start - length, start) === sign && text.slice(end, end + length) === sign) {
    return {
      text: text.slice(0, start - length) + selected + text.slice(end + length),
      start: start - length,
      end: end - length,
    }
  }
  // White space at the edges stays outside: markup does not open before a space.
  const lead = selected.length - selected.trimStart().length
  const trail = selected.trim() === '' ? 0 : selected.length - selected.trimEnd().length
  const from = selected.trim() === '' ? start : start + lead
  const to = selected.trim() === '' ? start : end - trail
  return {
    text: text.slice(0, from) + sign + text.slice(from, to) + sign + text.slice(to),
    start: from + length,
    end: to + length,
  }
}

function quote({ text, start, end }: Field): Field {
  const from = text.lastIndexOf('\n', start - 1) + 1
  const next = text.indexOf('\n', end)
  const to = next < 0 ? text.length : next
  const lines = text.slice(from, to).split('\n')
  const isQuoted = lines.every((line) => line.startsWith('> '))
  const changed = lines.map((line) => (isQuoted ? line.slice(2) : `> ${line}`)).join('\n')
  return {
    text: text.slice(0, from) + changed + text.slice(to),
    start: Math.max(from, start + (isQuoted ? -2 : 2)),
    end: end + changed.length - (to - from),
  }
}

function block({ text, start, end }: Field): Field {
  const before = start > 0 && text[start - 1] !== '\n' ? '\n```\n' : '```\n'
  const after = end < text.length && text[end] !== '\n' ? '\n```\n' : '\n```'
  return {
    text: text.slice(0, start) + before + text.slice(start, end) + after + text.slice(end),
    start: start + before.length,
    end: end + before.length,
  }
}

const ADDRESS = 'https://'

/** The cursor ends in the address, which is what is missing. */
function link({ text, start, end }: Field): Field {
  const words = text.slice(start, end)
  if (/^https?:\/\/\S+$/.test(words)) {
    return { text: `${text.slice(0, start)}[](${words})${text.slice(end)}`, start: start + 1, end: start + 1 }
  }
  const at = start + 1 + words.length + 2
  return {
    text: `${text.slice(0, start)}[${words}](${ADDRESS})${text.slice(end)}`,
    start: at,
    end: at + ADDRESS.length,
  }
}

/** The beginning of a mention right before the cursor: "@an". */
export function mentionBefore({
  text,
  start,
  end,
}: Field): { readonly from: number; readonly name: string } | undefined {
  if (start !== end) return undefined
  const found = /(^|[\s(])@([\p{L}\p{N}_]{0,32})$/u.exec(text.slice(0, start))
  const name = found?.[2]
  return name === undefined ? undefined : { from: start - name.length - 1, name: name.toLowerCase() }
}

/**
 * What mentions somebody: their username, or what they are called. A name that the engine could not tell from the words
 * around it stands in brackets, with the account behind it.
 */
export function mentionOf({ account, username, name }: AccountView): string {
  if (username !== null) return `@${username}`
  return /^[\p{L}\p{N} .’-]+$/u.test(name)
    ? `@${name}`
    : `[${name.replaceAll(/[[\]\\]/g, '\\$&')}](@${account})`
}

/** Puts text in the place of a part of the field; the cursor ends behind it. */
export function insert({ text }: Field, from: number, to: number, what: string): Field {
  return {
    text: text.slice(0, from) + what + text.slice(to),
    start: from + what.length,
    end: from + what.length,
  }
}
