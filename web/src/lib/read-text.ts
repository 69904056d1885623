/** A text file of any age: UTF-8, UTF-16 with its mark, else what old Russian programs wrote. */
export async function readText(file: Blob): Promise<string> {
  return decoded(new Uint8Array(await file.arrayBuffer()), { isCut: false, isOld: true }) ?? ''
}

interface Bytes {
  /** Something follows: the last letter may not be whole. */
  readonly isCut: boolean
  /** What is no UTF may be what old programs wrote: any bytes are. */
  readonly isOld: boolean
}

/** Bytes as a text; undefined if they are none. */
export function decoded(bytes: Uint8Array, { isCut, isOld }: Bytes): string | undefined {
  const [first, second] = bytes
  const options = { stream: isCut }
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes, options)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes, options)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, options)
  } catch {
    return isOld ? new TextDecoder('windows-1251').decode(bytes) : undefined
  }
}
