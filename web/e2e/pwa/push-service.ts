// A push service (RFC 8030) of the tests' own, and a program that has subscribed there: it decrypts (RFC 8188, RFC 8291)
// with what Node has.

import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface PushService {
  /** As a browser's `PushSubscription` has it. */
  readonly subscription: { readonly endpoint: string; readonly keys: { p256dh: string; auth: string } }
  /** What the next message says. */
  readonly next: () => Promise<string>
  readonly stop: () => void
}

export async function startPushService(): Promise<PushService> {
  const subscriber = new Subscriber()
  const came: string[] = []
  const waiting: ((text: string) => void)[] = []
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const text = subscriber.open(body)
      response.writeHead(201).end()
      const next = waiting.shift()
      if (next) next(text)
      else came.push(text)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    subscription: { endpoint: `http://127.0.0.1:${port}/device`, keys: subscriber.keys },
    next: () => {
      const text = came.shift()
      return text === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(text)
    },
    stop: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

class Subscriber {
  readonly #pair = createECDH('prime256v1')
  readonly #public = this.#pair.generateKeys()
  readonly #auth = randomBytes(16)

  get keys(): { p256dh: string; auth: string } {
    return { p256dh: this.#public.toString('base64url'), auth: this.#auth.toString('base64url') }
  }

  /** One record of `aes128gcm`. */
  open(body: Buffer): string {
    const salt = body.subarray(0, 16)
    const end = 21 + (body[20] ?? 0)
    const sender = body.subarray(21, end)
    const sealed = body.subarray(end, -16)
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.#public, sender])
    const material = hkdfSync('sha256', this.#pair.computeSecret(sender), this.#auth, info, 32)
    const derive = (name: string, length: number) =>
      Buffer.from(hkdfSync('sha256', new Uint8Array(material), salt, `Content-Encoding: ${name}\0`, length))
    const cipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12))
    cipher.setAuthTag(body.subarray(-16))
    const text = Buffer.concat([cipher.update(sealed), cipher.final()])
    if (text.at(-1) !== 2) throw new Error('the only record is not the last one')
    return text.subarray(0, -1).toString()
  }
}
