// A server in front of the server: a newer version of the app can be put there, and the way to it may be a bad one.

import { createServer, request, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { startLink, type Link } from './link'

export interface Front {
  readonly url: string
  /** From now on there is another version: another service worker, and a page that says so. */
  readonly renew: () => void
  /** What lies between it and the browsers. */
  readonly link: Link
  readonly stop: () => void
}

export async function startFront(behind: string): Promise<Front> {
  const to = new URL(`http://${behind}`)
  const target = { host: to.hostname, port: to.port }
  let renewed = false
  const server = createServer((asked, response) => {
    const headers = { ...asked.headers }
    if (renewed) {
      // Whole and as it is, so that it can be changed: what the browser knows already is another version.
      headers['accept-encoding'] = 'identity'
      delete headers['if-none-match']
      delete headers['if-modified-since']
    }
    const onward = request({ ...target, method: asked.method, path: asked.url, headers }, (answer) => {
      const change = renewed ? CHANGES[asked.url ?? ''] : undefined
      if (!change || answer.statusCode !== 200) {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
        return
      }
      void textOf(answer).then((text) => {
        const changed = change(text)
        const length = Buffer.byteLength(changed)
        response
          .writeHead(200, { ...answer.headers, 'content-length': length, etag: '"renewed"' })
          .end(changed)
      })
    })
    onward.on('error', () => response.destroy())
    asked.pipe(onward)
  })
  server.on('upgrade', (asked, socket, head) => {
    const onward = connect(Number(to.port), to.hostname, () => {
      const headers = Object.entries(asked.headers).map(([name, value]) => `${name}: ${String(value)}\r\n`)
      onward.write(`${asked.method ?? ''} ${asked.url ?? ''} HTTP/1.1\r\n${headers.join('')}\r\n`)
      onward.write(head)
      onward.pipe(socket).pipe(onward)
    })
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const link = await startLink({ host: '127.0.0.1', port })
  return {
    url: `http://localhost:${link.port}/`,
    renew: () => (renewed = true),
    link,
    stop: () => {
      link.stop()
      server.close()
      server.closeAllConnections()
    },
  }
}

/** What the newer version changes. */
const CHANGES: Record<string, (text: string) => string> = {
  '/': (text) => text.replace('<html', '<html data-renewed'),
  '/sw.js': (text) => text.replace(/(["'`])[0-9a-f]{16}\1/, '"ffffffffffffffff"'),
}

async function textOf(answer: IncomingMessage): Promise<string> {
  answer.setEncoding('utf8')
  let text = ''
  for await (const part of answer) text += part as string
  return text
}
