/** The text of a QR code on a picture; undefined if there is none. */
export type ReadQr = (picture: ImageData) => Promise<string | undefined>

/** The browser's own reader where it has one, else one that is loaded for it. */
export async function qrReader(): Promise<ReadQr> {
  return (await nativeReader()) ?? (await loadedReader())
}

interface Detector {
  detect(picture: ImageData): Promise<readonly { readonly rawValue: string }[]>
}

// Not in TypeScript's library: most browsers lack it.
declare global {
  var BarcodeDetector:
    | {
        new (options: { formats: string[] }): Detector
        getSupportedFormats(): Promise<string[]>
      }
    | undefined
}

async function nativeReader(): Promise<ReadQr | undefined> {
  const Native = globalThis.BarcodeDetector
  if (!Native) return undefined
  // Chromium on Linux has the class and no formats.
  if (!(await Native.getSupportedFormats()).includes('qr_code')) return undefined
  const detector = new Native({ formats: ['qr_code'] })
  return async (picture) => (await detector.detect(picture))[0]?.rawValue
}

async function loadedReader(): Promise<ReadQr> {
  const { default: decode } = await import('qr/decode.js')
  return (picture) => {
    try {
      return Promise.resolve(decode(picture))
    } catch {
      // It throws where there is no code.
      return Promise.resolve(undefined)
    }
  }
}
