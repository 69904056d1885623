import type { AttachmentView } from '@/engine/port'
import { sentence } from '@/lib/failure'
import { nameOf } from '@/lib/media'
import { saveFile } from '@/lib/save-file'
import type { Files } from '@/state/files.svelte'
import type { Toasts } from '@/state/toasts.svelte'

/** Lets the browser save a file that is here, as one of this type; says so if that does not work. */
export async function save(
  files: Files,
  toasts: Toasts,
  attachment: AttachmentView,
  type: string,
): Promise<void> {
  const name = nameOf(attachment)
  try {
    saveFile(name, await files.open(attachment.file, name, type))
  } catch (error) {
    toasts.show({ text: sentence(error), tone: 'problem' })
  }
}
