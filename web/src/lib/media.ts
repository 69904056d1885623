import type { AttachmentView, Media } from '@/engine/port'
import { m } from '@/i18n/index.svelte'

export type Photo = AttachmentView & { readonly media: Extract<Media, { k: 'photo' }> }

export const isPhoto = (attachment: AttachmentView): attachment is Photo => attachment.media.k === 'photo'

/** What a file is called where its sender has given it no name. */
export function nameOf({ name, media }: Pick<AttachmentView, 'name' | 'media'>): string {
  return name === '' ? kindOf(media) : name
}

export function kindOf(media: Media): string {
  switch (media.k) {
    case 'photo':
      return m.media.photo()
    case 'video':
      return m.media.video()
    case 'audio':
      return m.media.audio()
    case 'voice':
      return m.media.voice()
    case 'file':
      return m.media.file()
  }
}

/** Several files in one line. */
export function summary(attachments: readonly AttachmentView[]): string {
  const [first] = attachments
  if (!first) return ''
  if (attachments.length > 1) {
    return attachments.every(isPhoto)
      ? m.media.photos({ count: attachments.length })
      : m.media.files({ count: attachments.length })
  }
  return first.media.k === 'file' || first.media.k === 'audio' ? nameOf(first) : kindOf(first.media)
}
