import { isPhoto, isSticker } from '@/lib/media'
import { arrange } from '@/ui/album'
import type { Item } from './arrange'

/** Of a file's row. */
const FILE = 56
/** Of how a document begins. */
const BEGINNING = 160
/** Of what is shown of a page, and of its picture above that. */
const PAGE = 100
const PAGE_PICTURE = 200
const STICKER = 176
/** Of a place or of somebody's card. */
const ENCLOSED = 120

/** About how high a row will be, before it was ever drawn. Only what is not seen yet depends on it. */
export function estimate({ message, startsDay, isFirstNew, isFirst }: Item, width: number): number {
  const around = (startsDay ? 44 : 0) + (isFirstNew ? 36 : 0)
  if (message.body.body === 'system') return around + 46
  const text = message.body.body === 'text' ? message.body.text : ''
  const attachments = message.body.body === 'text' ? message.body.attachments : []
  const page = message.body.body === 'text' ? message.body.preview : undefined
  const photos = attachments.filter(isPhoto)
  const stickers = attachments.filter(isSticker)
  const enclosed = message.body.body === 'text' ? message.body : undefined
  const perLine = Math.max(16, (Math.min(width * 0.85, 544) - 24) / 7.3)
  const lines = text.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / perLine)), 0)
  return (
    around +
    (isFirst ? 20 : 14) +
    lines * 21 +
    (attachments.length - photos.length - stickers.length) * FILE +
    attachments.filter(
      ({ media, cover, excerpt }) => media.k === 'file' && (cover !== null || excerpt !== undefined),
    ).length *
      BEGINNING +
    stickers.length * STICKER +
    ((enclosed?.place ? 1 : 0) + (enclosed?.contacts?.length ?? 0)) * ENCLOSED +
    (photos.length > 0
      ? album(
          photos.map(({ media }) => ({ width: media.w, height: media.h })),
          width,
        )
      : 0) +
    (page ? PAGE + (page.image && isPhoto(page.image) && page.image.media.w >= 300 ? PAGE_PICTURE : 0) : 0) +
    (message.reply ? 48 : 0) +
    (message.forward ? 20 : 0) +
    (message.reactions.length > 0 ? 36 : 0)
  )
}

function album(sizes: Parameters<typeof arrange>[0], width: number): number {
  const whole = arrange(sizes, 400)
  return Math.min(1, (width * 0.85) / whole.width) * whole.height
}
