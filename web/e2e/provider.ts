// A provider of drives on this machine, with as much of Dropbox's interface as a story needs. It is written after the public
// description of that; how exactly it is spoken to, the server's own tests hold.

import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Provider {
  /** Where it is. */
  readonly at: string
  /** What lies in the only folder. */
  readonly files: Map<string, Buffer>
  /** Tokens that were given and not taken back: what it knows. */
  readonly known: Set<string>
  /** Tokens for which the person's permission was taken back. */
  readonly revoked: Set<string>
  readonly stop: () => Promise<void>
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

/** Starts it. */
export async function startProvider(): Promise<Provider> {
  const files = new Map<string, Buffer>()
  const known = new Set<string>()
  const revoked = new Set<string>()
  let session = Buffer.alloc(0)
  let given = 0

  const entry = (name: string) => ({
    '.tag': 'file',
    name,
    id: `id:${name}`,
    size: files.get(name)?.length ?? 0,
    server_modified: '2026-03-01T10:00:00Z',
  })
  const missing = { status: 409, body: { error_summary: 'path/not_found/..', error: {} } }

  function token(form: URLSearchParams) {
    if (form.get('client_secret') !== 'the-secret') return { status: 401, body: { error: 'invalid_client' } }
    const refresh = form.get('refresh_token')
    if (refresh !== null && revoked.has(refresh)) return { status: 400, body: { error: 'invalid_grant' } }
    given += 1
    const access = `access-${String(given)}`
    known.add(access)
    const body = { access_token: access, expires_in: 14_400, token_type: 'bearer' }
    return { status: 200, body: refresh === null ? { ...body, refresh_token: 'refresh' } : body }
  }

  function carryOut(path: string, body: Buffer, arg: Record<string, unknown>) {
    const asked = body.length > 0 && !path.includes('upload') ? (JSON.parse(body.toString()) as object) : {}
    const at = 'path' in asked ? String(asked.path).slice(1) : ''
    switch (path) {
      case '/2/files/list_folder':
        return { status: 200, body: { entries: [...files.keys()].map(entry), cursor: 'c', has_more: false } }
      case '/2/files/get_metadata':
        return files.has(at) ? { status: 200, body: entry(at) } : missing
      case '/2/files/download':
        return { status: 200, body: files.get(String(arg['path']).slice('id:'.length)) ?? missing }
      case '/2/files/upload_session/start':
        session = Buffer.alloc(0)
        return { status: 200, body: { session_id: 's' } }
      case '/2/files/upload_session/append_v2':
        session = Buffer.concat([session, body])
        return { status: 200, body: {} }
      case '/2/files/upload_session/finish':
        files.set((arg['commit'] as { path: string }).path.slice(1), Buffer.concat([session, body]))
        return { status: 200, body: {} }
      case '/2/auth/token/revoke':
        revoked.add('refresh')
        return { status: 200, body: {} }
      default:
        return { status: 404, body: {} }
    }
  }

  const server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '', 'http://here')
      const body = await read(request)
      if (url.pathname === '/oauth2/authorize') {
        const back = new URL(url.searchParams.get('redirect_uri') ?? '')
        back.searchParams.set('state', url.searchParams.get('state') ?? '')
        const no = new URL(back)
        no.searchParams.set('error', 'access_denied')
        back.searchParams.set('code', 'the-code')
        response.setHeader('content-type', 'text/html; charset=utf-8')
        response.end(
          `<!doctype html><title>A provider</title><a href="${back.href}">Allow</a> <a href="${no.href}">Cancel</a>`,
        )
        return
      }
      const bearer = (request.headers.authorization ?? '').replace('Bearer ', '')
      const arg = request.headers['dropbox-api-arg']
      const answer =
        url.pathname === '/oauth2/token'
          ? token(new URLSearchParams(body.toString()))
          : known.has(bearer)
            ? carryOut(url.pathname, body, JSON.parse(typeof arg === 'string' ? arg : '{}') as never)
            : { status: 401, body: { error_summary: 'expired_access_token/.' } }
      const isFile = Buffer.isBuffer(answer.body)
      response.writeHead(answer.status, {
        'content-type': isFile ? 'application/octet-stream' : 'application/json',
      })
      response.end(isFile ? answer.body : JSON.stringify(answer.body))
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const at = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { at, files, known, revoked, stop }
}
