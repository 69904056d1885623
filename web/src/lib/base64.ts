/** Base64 as addresses and the engine have it: other signs for two values, and nothing that only fills up. */
export const urlSafe = (base64: string): string =>
  base64.replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_')

/** A few bytes, written so. */
export const toUrlSafe = (bytes: Uint8Array): string => urlSafe(btoa(String.fromCharCode(...bytes)))

/** The bytes that were written so; undefined if none were. */
export function fromUrlSafe(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
  } catch {
    return undefined
  }
}
