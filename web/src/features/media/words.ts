import type { SharedView } from '@/engine/port'
import { m } from '@/i18n/index.svelte'
import { clockOf, isFilm } from '@/lib/media'
import { exact } from '@/lib/moment'

/** A photo or a film in words, for whoever does not see it. */
export const inWords = ({ attachment, author_name: name, at }: SharedView): string =>
  isFilm(attachment)
    ? m.media.video_by({ name, length: clockOf(attachment.media.d), time: exact(at) })
    : m.media.photo_by({ name, time: exact(at) })
