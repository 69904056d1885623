/** A contact of an address book, as far as it helps to find people. */
export interface Contact {
  readonly name: string
  /** How they may be known on this server, as typed in a note or a messenger's field. */
  readonly usernames: readonly string[]
}

/** Reads a vCard file (2.1, 3.0 or 4.0) with any number of contacts. Nothing of it leaves the device. */
export function readVcards(text: string): Contact[] {
  const contacts: Contact[] = []
  let card: { full: string; parts: string; usernames: string[] } | undefined
  for (const line of unfold(text)) {
    const { name, parameters, value } = split(line)
    if (name === 'BEGIN' && value.toUpperCase() === 'VCARD') card = { full: '', parts: '', usernames: [] }
    else if (name === 'END' && card) {
      const called = card.full || card.parts
      if (called !== '') contacts.push({ name: called, usernames: card.usernames })
      card = undefined
    } else if (card) {
      const plain = unescape(decode(value, parameters)).trim()
      if (name === 'FN') card.full = plain
      else if (name === 'N') card.parts = joinName(decode(value, parameters))
      else if (name === 'NICKNAME' || name === 'IMPP' || name === 'X-BESEDA')
        card.usernames.push(...handles(plain))
    }
  }
  return contacts
}

/** Lines may be folded: continued on the next one after a space (or, in quoted-printable, after `=`). */
function unfold(text: string): string[] {
  const lines: string[] = []
  for (const line of text.split(/\r\n|\r|\n/)) {
    const last = lines.at(-1)
    if (last !== undefined && /^[ \t]/.test(line)) lines[lines.length - 1] = last + line.slice(1)
    else if (last !== undefined && /;ENCODING=QUOTED-PRINTABLE/i.test(last) && last.endsWith('=')) {
      lines[lines.length - 1] = last.slice(0, -1) + line
    } else lines.push(line)
  }
  return lines
}

function split(line: string): { name: string; parameters: string[]; value: string } {
  const colon = line.search(/:(?=(?:[^"]*"[^"]*")*[^"]*$)/)
  const head = colon < 0 ? line : line.slice(0, colon)
  const [first = '', ...parameters] = head.split(';')
  // A group, as in `item1.FN`, says nothing here.
  const name = first.slice(first.lastIndexOf('.') + 1).toUpperCase()
  return {
    name,
    parameters: parameters.map((one) => one.toUpperCase()),
    value: colon < 0 ? '' : line.slice(colon + 1),
  }
}

/** vCard 2.1 writes what is not ASCII as quoted-printable. */
function decode(value: string, parameters: readonly string[]): string {
  if (!parameters.some((one) => one === 'QUOTED-PRINTABLE' || one === 'ENCODING=QUOTED-PRINTABLE'))
    return value
  const bytes: number[] = []
  for (let at = 0; at < value.length; at += 1) {
    const hex = value[at] === '=' ? value.slice(at + 1, at + 3) : ''
    if (/^[\dA-F]{2}$/i.test(hex)) {
      bytes.push(parseInt(hex, 16))
      at += 2
    } else bytes.push(value.charCodeAt(at) & 0xff)
  }
  return new TextDecoder().decode(new Uint8Array(bytes))
}

const unescape = (value: string): string =>
  value.replaceAll(/\\([nN,;\\])/g, (_, what: string) => (what.toLowerCase() === 'n' ? '\n' : what))

/** `family;given;additional;…`: as people say it. */
function joinName(value: string): string {
  const [family = '', given = ''] = value.split(/(?<!\\);/).map((part) => unescape(part).trim())
  return [given, family].filter((part) => part !== '').join(' ')
}

/** `beseda:maria`, `@maria`, `maria`: what may be a username. */
const handles = (value: string): string[] =>
  value
    .split(',')
    .map((one) =>
      one
        .trim()
        .replace(/^[a-z][a-z+.-]*:/i, '')
        .replace(/^@/, '')
        .toLowerCase(),
    )
    .filter((one) => /^[a-z][a-z0-9_]{2,31}$/.test(one))
