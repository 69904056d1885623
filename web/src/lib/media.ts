import type { AttachmentView, Body, FileState, Media } from '@/engine/port'
import { m } from '@/i18n/index.svelte'

export type Photo = AttachmentView & { readonly media: Extract<Media, { k: 'photo' }> }

export type Film = AttachmentView & { readonly media: Extract<Media, { k: 'video' }> }

export type Voice = AttachmentView & { readonly media: Extract<Media, { k: 'voice' }> }

export type Sound = AttachmentView & { readonly media: Extract<Media, { k: 'audio' }> }

export type Sticker = AttachmentView & { readonly media: Extract<Media, { k: 'sticker' }> }

/** What is looked at large, one after the other. */
export type Visual = Photo | Film

export const isFilm = (attachment: AttachmentView): attachment is Film => attachment.media.k === 'video'

export const isSticker = (attachment: AttachmentView): attachment is Sticker =>
  attachment.media.k === 'sticker'

/** A photo that moves, and can be kept at hand. */
export const isGif = (attachment: AttachmentView): boolean =>
  attachment.media.k === 'photo' && attachment.media_type === 'image/gif'

/** Whether a message is one of words, perhaps with files: what stands by itself has none to copy or to change. */
export const isWorded = (body: Body): body is Extract<Body, { body: 'text' }> =>
  body.body === 'text' &&
  (body.text !== '' || !(body.place || body.contacts || body.attachments.some(isSticker)))

export const isVoice = (attachment: AttachmentView): attachment is Voice => attachment.media.k === 'voice'

export const isSound = (attachment: AttachmentView): attachment is Sound => attachment.media.k === 'audio'

/** Somebody speaks to the camera: it is played where it stands. */
export const isRound = (attachment: AttachmentView): attachment is Film =>
  isFilm(attachment) && attachment.media.r === true

export const isVisual = (attachment: AttachmentView): attachment is Visual =>
  isPhoto(attachment) || (isFilm(attachment) && !isRound(attachment))

/** Whether all of a file is on this device: so is what is on its way to others. */
export const liesHere = (at: FileState | undefined): boolean =>
  at?.state === 'here' || ((at?.state === 'moving' || at?.state === 'paused') && at.up)

/** What a player is told that it is. Nothing but what is played may be said there. */
export function playedAs({ media, media_type }: AttachmentView): string {
  const kind = media.k === 'video' ? 'video' : 'audio'
  if (media_type.startsWith(`${kind}/`)) return media_type
  return kind === 'video' ? 'video/mp4' : 'audio/mpeg'
}

/** How long it is: "0:42", "1:02:03". */
export function clockOf(millis: number): string {
  const seconds = Math.floor(millis / 1000)
  const two = (number: number) => String(number).padStart(2, '0')
  const minutes = Math.floor(seconds / 60)
  return minutes < 60
    ? `${String(minutes)}:${two(seconds % 60)}`
    : `${String(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(seconds % 60)}`
}

export const isPhoto = (attachment: AttachmentView): attachment is Photo => attachment.media.k === 'photo'

/** What a file is called where its sender has given it no name. */
export function nameOf({ name, media }: Pick<AttachmentView, 'name' | 'media'>): string {
  if (media.k === 'audio' && media.t) return media.a ? `${media.a} – ${media.t}` : media.t
  return name === '' ? kindOf(media) : name
}

export function kindOf(media: Media): string {
  switch (media.k) {
    case 'photo':
      return m.media.photo()
    case 'video':
      return media.r ? m.media.round() : m.media.video()
    case 'audio':
      return m.media.audio()
    case 'voice':
      return m.media.voice()
    case 'sticker':
      return media.j === '' ? m.media.sticker() : m.media.sticker_emoji({ emoji: media.j })
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
