import type { Media } from '@/engine/port'
import type { Edits } from './edit/document'

/** As a picture, as it is, or as nothing but a file. */
export type As = 'photo' | 'original' | 'file'

/** What is told of a file. */
export interface Known {
  readonly media: Media
  readonly type: string
  readonly preview?: Uint8Array | undefined
  /** A picture that stands for it. */
  readonly cover?: Blob | undefined
  /** How a text begins. */
  readonly excerpt?: string | undefined
  /** A photo that has more than one frame. */
  readonly isMoving?: boolean
  /** It was to be a photo or film, and goes as a file. */
  readonly instead?: Instead | undefined
}

/** Why a photo or film goes as a file: this browser can't draw it; it stays as it is, or can't be taken apart. */
export type Instead = 'not_drawn' | 'as_it_is'

export interface Prepared extends Known {
  /** What is sent. */
  readonly content: Blob
  /** Nobody reads it any more: it goes from where it was made. */
  readonly erase?: () => Promise<void>
}

/** What phones make, and not every browser draws: others get it as a JPEG, or as a file. */
const OF_PHONES = new Set(['image/avif', 'image/heic', 'image/heif'])
/** Pictures of these kinds are shown as such; others are files, whatever they are called. */
const PICTURES = new Set([
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/gif',
  'image/bmp',
  'image/heic-sequence',
  'image/heif-sequence',
  ...OF_PHONES,
])

const isSound = (file: Blob) => file.type.startsWith('audio/')

/** Where the system does not know these, the browser tells no type. */
const isOfPhone = (file: Blob) =>
  OF_PHONES.has(file.type) ||
  (file.type === '' && file instanceof File && /\.(avif|hei[cf])$/i.test(file.name))

const isPicture = (file: Blob) => PICTURES.has(file.type) || isOfPhone(file)

/** Whether it is anything but a file to be saved. */
export const isSeen = (file: Blob): boolean =>
  isPicture(file) || file.type.startsWith('video/') || isSound(file)

/** What is sent of it: a picture or film without what it tells beside what it shows. `told` hears how far that is. */
export async function prepared(
  source: Blob,
  as: As,
  edits: Edits | undefined,
  told: (part: number) => void,
): Promise<Prepared> {
  if (as === 'file') return await bare(source)
  if (isSound(source)) return (await sound(source)) ?? (await bare(source))
  if (!isPicture(source))
    return (await film(source, as, told)) ?? { ...(await bare(source)), instead: 'as_it_is' }
  // Not every browser of others draws it, and what the phone has written into it can't be taken out.
  if (as === 'original' && !edits && isOfPhone(source))
    return { ...(await bare(source)), instead: 'as_it_is' }
  return (await photo(source, as, edits)) ?? { ...(await bare(source)), instead: 'not_drawn' }
}

/** Whatever it is, it can be sent as a file; of a document others see how it begins. */
async function bare(source: Blob): Promise<Prepared> {
  const { beginningOf } = await import('./beginning')
  return { content: source, media: { k: 'file' }, type: source.type, ...(await beginningOf(source)) }
}

async function photo(source: Blob, as: As, edits: Edits | undefined): Promise<Prepared | undefined> {
  // Only whoever sends a photo needs what prepares it.
  const { describePhoto, PhotoError, preparePhoto } = await import('./photo')
  try {
    const photo = edits
      ? await edited(source, edits, as)
      : as === 'photo'
        ? await preparePhoto(source)
        : await original(source, describePhoto)
    const { blob, width, height, thumbhash, isMoving } = photo
    return {
      content: blob,
      media: { k: 'photo', w: width, h: height },
      type: blob.type,
      preview: thumbhash,
      isMoving,
    }
  } catch (error) {
    // It is a file: but never without what was done to it.
    if (error instanceof PhotoError && !edits) return undefined
    throw error
  }
}

async function edited(source: Blob, { present }: Edits, as: As) {
  const { editedPhoto } = await import('./edit/apply')
  return await editedPhoto(source, present, as === 'original')
}

async function original<Look>(source: Blob, describe: (source: Blob) => Promise<Look>) {
  const look = await describe(source)
  const { withoutMetadata } = await import('./metadata')
  const bare = withoutMetadata(new Uint8Array(await source.arrayBuffer()), source.type)
  return { ...look, blob: bare ? new Blob([bare], { type: source.type }) : source }
}

async function sound(source: Blob): Promise<Prepared | undefined> {
  const { describeSound, unreadable } = await import('./film')
  const found = await describeSound(source).catch(unreadable)
  if (!found) return undefined
  const { millis, title, artist, cover } = found
  const media: Media = { k: 'audio', d: millis, t: title, a: artist }
  return { content: source, media, type: source.type, preview: cover?.thumbhash, cover: cover?.blob }
}

async function film(source: Blob, as: As, told: (part: number) => void): Promise<Prepared | undefined> {
  const { prepareFilm, unreadable } = await import('./film')
  const made = await prepareFilm(source, { smaller: as === 'photo', told }).catch(unreadable)
  if (!made) return undefined
  const { blob, width, height, millis, poster, erase } = made
  const media: Media = { k: 'video', w: width, h: height, d: millis }
  return { content: blob, media, type: blob.type, preview: poster?.thumbhash, cover: poster?.blob, erase }
}
