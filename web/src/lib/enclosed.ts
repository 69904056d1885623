import type { Body, Enclosed } from '@/engine/port'
import { m } from '@/i18n/index.svelte'

/** What goes with a message besides text and files, in one line; empty if nothing does. */
export function enclosedWords(enclosed: Enclosed | null | undefined): string {
  if (!enclosed) return ''
  if (enclosed.is === 'contact') return m.media.contact({ name: enclosed.name })
  return enclosed.name === '' ? m.media.pin() : m.media.pin_named({ name: enclosed.name })
}

/** The same of the message itself. */
export function enclosedOf({ place, contacts }: Extract<Body, { body: 'text' }>): Enclosed | undefined {
  if (place) return { is: 'place', name: place.name }
  if (!contacts || contacts.length === 0) return undefined
  return { is: 'contact', name: contacts.map(({ n }) => n).join(', ') }
}
