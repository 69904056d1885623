import { PLAYED, type Read } from '@/engine/part'

/** So much is given at once: a player asks again for what follows. */
const PORTION = 512 * 1024
/** What a player may be told that a file is. Anything else might be run. */
const TYPES = /^(audio|video)\/[a-z0-9.+-]+$/
const PLAYERS = new Set<RequestDestination>(['audio', 'video', 'track'])

export interface Wanted {
  readonly file: number
  readonly type: string
  readonly start: number
  /** As far as it goes, if the player has said so. */
  readonly end: number
}

/** Which part of which file a player wants; undefined if it is no player, or no file. */
export function wanted(
  request: Pick<Request, 'url' | 'method' | 'destination' | 'headers'>,
  origin: string,
): Wanted | undefined {
  const url = new URL(request.url)
  if (url.origin !== origin || !url.pathname.startsWith(PLAYED)) return undefined
  if (request.method !== 'GET' || !PLAYERS.has(request.destination)) return undefined
  const file = Number(url.pathname.slice(PLAYED.length))
  const type = url.searchParams.get('type') ?? ''
  if (!Number.isSafeInteger(file) || file <= 0 || !TYPES.test(type)) return undefined
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get('range') ?? 'bytes=0-')
  if (!range) return undefined
  const start = Number(range[1])
  const last = range[2] === '' || range[2] === undefined ? Number.MAX_SAFE_INTEGER - 1 : Number(range[2])
  return { file, type, start, end: Math.min(last + 1, start + PORTION) }
}

/** What the player is answered. */
export function played({ type }: Wanted, read: Read | undefined): Response {
  if (!read) return new Response(null, { status: 404 })
  const { start, size, bytes } = read
  const headers = {
    'accept-ranges': 'bytes',
    'content-type': type,
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  }
  if (size === 0) return new Response(null, { status: 200, headers })
  if (start >= size)
    return new Response(null, {
      status: 416,
      headers: { ...headers, 'content-range': `bytes */${String(size)}` },
    })
  const last = start + bytes.size - 1
  return new Response(bytes, {
    status: 206,
    headers: {
      ...headers,
      'content-length': String(bytes.size),
      'content-range': `bytes ${String(start)}-${String(last)}/${String(size)}`,
    },
  })
}
