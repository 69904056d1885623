import { href } from './route'

/** What other apps hand over: a text, the address of a page, its title, in whatever mixture. */
export interface Handed {
  readonly title: string
  readonly text: string
  readonly url: string
}

/** One text of it, without what is said twice. */
export function textOf({ title, text, url }: Handed): string {
  const parts: string[] = []
  for (const part of [text, url, title]) {
    const trimmed = part.trim()
    if (trimmed !== '' && !parts.some((said) => said.includes(trimmed))) parts.push(trimmed)
  }
  return parts.join('\n')
}

/** The place in the app where it is decided who gets it. */
export function shareAddress(form: FormData): string {
  const field = (name: string) => {
    const value = form.get(name)
    return typeof value === 'string' ? value : ''
  }
  const text = textOf({ title: field('title'), text: field('text'), url: field('url') })
  return href({ at: 'share', text })
}
