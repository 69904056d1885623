/** Bytes of the largest document of which pages are drawn. */
export const MOST_BYTES = 64 * 1024 * 1024
