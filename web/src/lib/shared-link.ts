import { href, parse } from './route'

/** What people hand each other as a link or a QR code. */
export type Shared =
  | { readonly what: 'person'; readonly account: string }
  | { readonly what: 'link_code'; readonly code: string }
  | { readonly what: 'invitation'; readonly token: string }
  /** A link to a group or a person; `link` is its place in this app. */
  | { readonly what: 'shared'; readonly link: string }
  | { readonly what: 'safety_number'; readonly digits: string }

export const personAddress = (origin: string, account: string): string =>
  origin + href({ at: 'person', account })

/** Scanned on an old device, by the app or by the phone's own camera, it opens the approval of the new one. */
export const linkCodeAddress = (origin: string, code: string): string => origin + href({ at: 'link', code })

/** The place in this app that a link leads to; undefined if it leads elsewhere. */
export function placeOf(link: string, origin: string): string | undefined {
  if (!URL.canParse(link)) return undefined
  const url = new URL(link)
  const place = url.pathname + url.hash
  return url.origin !== origin || parse(place).at === 'missing' ? undefined : place
}

const SAFETY_NUMBER = /^\d{60}$/

/** What a scanned or pasted text is; undefined if it is nothing of this server's. */
export function readShared(text: string, origin: string): Shared | undefined {
  const trimmed = text.trim()
  const digits = trimmed.replaceAll(/\s/g, '')
  if (SAFETY_NUMBER.test(digits)) return { what: 'safety_number', digits }
  if (!trimmed.startsWith(`${origin}/`)) return undefined
  const route = parse(trimmed.slice(origin.length))
  switch (route.at) {
    case 'person':
      return { what: 'person', account: route.account }
    case 'link':
      return { what: 'link_code', code: route.code }
    case 'invitation':
      return { what: 'invitation', token: route.token }
    case 'shared':
      return { what: 'shared', link: route.link }
    default:
      return undefined
  }
}
