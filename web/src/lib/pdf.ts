// Documents (PDF) as pictures of their pages. What draws them is loaded when the first one is looked at, reads them in a worker of
// its own, and has nothing from elsewhere.
import {
  getDocument,
  PDFWorker,
  VerbosityLevel,
  type PDFDocumentProxy,
} from 'pdfjs-dist/legacy/build/pdf.mjs'
import program from 'pdfjs-dist/legacy/build/pdf.worker.min.mjs?url'
import jbig2 from 'pdfjs-dist/wasm/jbig2.wasm?url'
import openjpeg from 'pdfjs-dist/wasm/openjpeg.wasm?url'
import { MOST_BYTES } from './pdf-size'

/** Pixels of the largest picture in one: phones have no memory for more. */
const MOST_PIXELS = 25_000_000
/** Pixels of a page's longer side, whatever form it has. */
const LONGEST_SIDE = 4096
/** Letters of a page that are read aloud. */
const MOST_WORDS = 20_000

/** Why a document is not shown. */
export type PdfReason = 'too_large' | 'locked' | 'damaged'

export class PdfError extends Error {
  readonly reason: PdfReason

  constructor(reason: PdfReason, options?: ErrorOptions) {
    super(`the document can't be shown: ${reason}`, options)
    this.reason = reason
  }
}

/** A document that is open. It has to be closed: it keeps a worker busy. */
export class Pdf {
  readonly #document: PDFDocumentProxy
  readonly close: () => void

  private constructor(document: PDFDocumentProxy, close: () => void) {
    this.#document = document
    this.close = close
  }

  /**
   * Rejects with a `PdfError`. Whoever has given it up meanwhile says so by the signal. `began` hears when all is loaded that it
   * takes: how long that needs is not the document's fault.
   */
  static async open(file: Blob, signal: AbortSignal, began = (): void => undefined): Promise<Pdf> {
    if (file.size > MOST_BYTES) throw new PdfError('too_large')
    const data = new Uint8Array(await file.arrayBuffer())
    signal.throwIfAborted()
    const port = new Worker(program, { type: 'module' })
    const loaded = new Promise((resolve, reject) => {
      port.addEventListener('message', resolve, { once: true })
      port.addEventListener('error', reject, { once: true })
    })
    const worker = PDFWorker.create({ port, verbosity: VerbosityLevel.ERRORS })
    const close = () => {
      worker.destroy()
      port.terminate()
    }
    try {
      await within(signal, loaded)
      began()
      const task = getDocument({
        data,
        worker,
        verbosity: VerbosityLevel.ERRORS,
        // A page may not run programs anyway, and no document has forms to fill in here.
        isEvalSupported: false,
        enableXfa: false,
        maxImageSize: MOST_PIXELS,
        BinaryDataFactory: Decoders,
        useWorkerFetch: false,
      })
      return new Pdf(await within(signal, task.promise), close)
    } catch (error) {
      close()
      throw error instanceof Error && error.name === 'PasswordException'
        ? new PdfError('locked')
        : new PdfError('damaged', { cause: error })
    }
  }

  get pages(): number {
    return this.#document.numPages
  }

  /** What is written on a page, counted from 1, for whoever does not see it: no more than somebody would listen to. */
  async words(number: number, signal: AbortSignal): Promise<string> {
    const page = await within(signal, this.#document.getPage(number))
    const { items } = await within(signal, page.getTextContent())
    const words = items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : ''))
    return words.join('').slice(0, MOST_WORDS)
  }

  /** A page, counted from 1, as wide as this in pixels. Rejects with a `PdfError`. */
  async page(number: number, width: number, signal: AbortSignal): Promise<HTMLCanvasElement> {
    try {
      const page = await within(signal, this.#document.getPage(number))
      const size = page.getViewport({ scale: 1 })
      const scale = Math.min(width / size.width, LONGEST_SIDE / Math.max(size.width, size.height))
      const viewport = page.getViewport({ scale })
      const canvas = document.createElement('canvas')
      canvas.width = Math.max(1, Math.round(viewport.width))
      canvas.height = Math.max(1, Math.round(viewport.height))
      const drawing = page.render({ canvas, viewport, background: 'white' })
      const stop = () => drawing.cancel()
      signal.addEventListener('abort', stop)
      try {
        await within(signal, drawing.promise)
      } finally {
        signal.removeEventListener('abort', stop)
        page.cleanup()
      }
      return canvas
    } catch (error) {
      throw new PdfError('damaged', { cause: error })
    }
  }
}

/** What comes of it, or the reason why nobody waits for it any more. */
async function within<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  signal.throwIfAborted()
  const given = new AbortController()
  try {
    return await new Promise<T>((resolve, reject) => {
      signal.addEventListener(
        'abort',
        () => reject(new Error('nobody waits for it', { cause: signal.reason })),
        { signal: given.signal },
      )
      work.then(resolve, reject)
    })
  } finally {
    given.abort()
  }
}

/** Programs for two kinds of pictures in documents that are scanned. There is nothing else that it could ask for. */
class Decoders {
  static readonly #files = new Map([
    ['jbig2.wasm', jbig2],
    ['openjpeg.wasm', openjpeg],
  ])

  async fetch({ filename }: { readonly filename: string }): Promise<Uint8Array> {
    const url = Decoders.#files.get(filename)
    const response = url === undefined ? undefined : await fetch(url)
    if (!response?.ok) throw new Error(`${filename} is not there`)
    return new Uint8Array(await response.arrayBuffer())
  }
}
