// What a document begins with, for whoever has not opened it. Whoever sends it makes it: others parse nothing for that.
import type { Pdf } from './pdf'
import { excerptOf } from './text-file'
import { hashOf } from './thumbhash'

/** A document that takes longer is sent without; and so are all if what reads them does not come. */
const MOST_MS = { load: 30_000, read: 5_000 }
/** Pixels. */
const WIDTH = 640
/** A document may begin a little later: programs for printing write before it. */
const HEAD = 1024

export interface Beginning {
  /** A picture of the first page. */
  readonly cover?: Blob
  readonly preview?: Uint8Array
  /** The first lines. */
  readonly excerpt?: string | undefined
}

/** Nothing if it is no document, or can't be read. */
export async function beginningOf(file: Blob): Promise<Beginning> {
  try {
    const head = await file.slice(0, HEAD).arrayBuffer()
    const isPdf = new TextDecoder('latin1').decode(head).includes('%PDF-')
    return isPdf ? await firstPage(file) : { excerpt: await excerptOf(file) }
  } catch {
    return {}
  }
}

async function firstPage(file: Blob): Promise<Beginning> {
  const ended = new AbortController()
  const { signal } = ended
  const end = () => ended.abort()
  let timer = setTimeout(end, MOST_MS.load)
  let pdf: Pdf | undefined
  try {
    const { Pdf } = await import('./pdf')
    pdf = await Pdf.open(file, signal, () => {
      clearTimeout(timer)
      timer = setTimeout(end, MOST_MS.read)
    })
    const page = await pdf.page(1, WIDTH, signal)
    // What nobody sees of it, as it is shown by its upper part, need not be sent.
    const canvas = new OffscreenCanvas(page.width, Math.min(page.height, page.width * 2))
    canvas.getContext('2d')?.drawImage(page, 0, 0)
    const cover = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.75 })
    return { cover, preview: hashOf(canvas) }
  } finally {
    clearTimeout(timer)
    pdf?.close()
  }
}
