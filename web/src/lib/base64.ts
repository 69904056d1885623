/** Base64 as addresses and the engine have it: other signs for two values, and nothing that only fills up. */
export const urlSafe = (base64: string): string =>
  base64.replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_')
