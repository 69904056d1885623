import type { Body, ConversationKind, MessageView } from '@/engine/port'
import { m } from '@/i18n/index.svelte'
import { enclosedOf, enclosedWords } from './enclosed'
import { eventSentence, type Names } from './event'
import { summary } from './media'
import { onceLine } from './once'

/** A conversation, as much of it as its title needs. */
interface Called {
  readonly kind: string
  readonly title: string
}

/** A message in one line. What is hidden until asked for stays hidden. */
export function preview(message: MessageView, names: Names, kind: ConversationKind = 'direct'): string {
  const { body } = message
  switch (body.body) {
    case 'text':
      return [enclosedWords(enclosedOf(body)), summary(body.attachments), covered(body)]
        .filter((part) => part !== '')
        .join(' · ')
    case 'once':
      return onceLine(body, message.own)
    case 'deleted':
      return m.timeline.deleted()
    case 'unsupported':
      return m.timeline.unsupported()
    case 'unreadable':
      return m.unreadable[body.why]()
    case 'system':
      return eventSentence(body.event, message.message.a, names, kind)
  }
}

function covered({ text, entities }: Extract<Body, { body: 'text' }>): string {
  const characters = Array.from(text)
  for (const { s, n, k } of entities) {
    if (k !== 'spoiler') continue
    for (let at = s; at < Math.min(s + n, characters.length); at += 1) characters[at] = '▒'
  }
  return characters.join('').replace(/\s+/g, ' ')
}

/** Those of which the name has this in it. */
export function named<Place extends Called>(places: readonly Place[], sought: string): Place[] {
  const part = sought.trim().toLowerCase()
  return places.filter((place) => titleOf(place).toLowerCase().includes(part))
}

/** What a conversation is called. */
export const titleOf = (conversation: Called): string =>
  conversation.kind === 'notes' ? m.list.notes() : conversation.title
