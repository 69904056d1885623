import type { Body } from '@/engine/port'
import { m } from '@/i18n/index.svelte'

export type Once = Extract<Body, { body: 'once' }>

/** What can be looked at once: a photo, a film, a voice message. */
export function onceKind({ kind }: Pick<Once, 'kind'>): string {
  switch (kind) {
    case 'photo':
      return m.media.photo()
    case 'video':
      return m.media.video()
    case 'round':
      return m.media.round()
    case 'voice':
      return m.media.voice()
  }
}

/** What it is and how far, in one line. */
export function onceLine(body: Once, isOwn: boolean): string {
  const what = onceKind(body)
  switch (body.state) {
    case 'closed':
      return isOwn ? m.once.sent({ what }) : m.once.open({ what })
    case 'open':
      return m.once.shown({ what })
    case 'opened':
      return m.once.opened({ what })
    case 'lapsed':
      return m.once.lapsed({ what })
  }
}
