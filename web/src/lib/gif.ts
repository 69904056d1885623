import { toUrlSafe } from './base64'
import { preparePhoto } from './photo'

/** A moving picture as it is sent: as it came, if it is one. Rejects with a `PhotoError`. */
export async function preparedGif(
  picture: Blob,
): Promise<{ blob: Blob; width: number; height: number; preview: string }> {
  const { blob, width, height, thumbhash } = await preparePhoto(picture)
  return { blob, width, height, preview: toUrlSafe(thumbhash) }
}
