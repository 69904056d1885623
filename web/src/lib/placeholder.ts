import type { AttachmentView } from '@/engine/port'
import { fromUrlSafe } from './base64'
import { urlOf } from './thumbhash'

/** A blurred picture, until the true one is here. */
export function placeholderOf({ preview }: AttachmentView): string | undefined {
  const bytes = preview === null ? undefined : fromUrlSafe(preview)
  return bytes && urlOf(bytes)
}
