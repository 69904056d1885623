// A server that may ask outside: for moving pictures and for maps.

import { createServer, type Server } from 'node:http'
import { deflateSync, crc32 } from 'node:zlib'
import { configured } from '../configured'
import { test as base } from './stage'

/** A picture of two frames, red and green. */
const GIF = Buffer.from(
  '47494638396102000200910000ff000000ff000000ff00000021ff0b4e45545343415045322e30030100000021f904040a0000002c00000000020002000002028451' +
    '0021f904040a0000002c000000000200020000020294510' +
    '03b',
  'hex',
)

/** A square of 256 pixels in one colour. */
function square(red: number, green: number, blue: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    sum.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, sum])
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(256, 0)
  head.writeUInt32BE(256, 4)
  head.set([8, 2, 0, 0, 0], 8)
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(256 * 3, Buffer.from([red, green, blue]))])
  const pixels = deflateSync(Buffer.concat(Array.from({ length: 256 }, () => row)))
  const parts = [chunk('IHDR', head), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...parts])
}

interface Site {
  readonly port: number
  readonly asked: string[]
  /** Moving pictures by what they are called. */
  readonly gifs: Map<string, { readonly mimeType: string; readonly buffer: Buffer }>
  /** Squares of the map by where they are, as in `/16/39622/20479.png`. All others are of one colour. */
  readonly squares: Map<string, Buffer>
}

/** Whoever gives moving pictures and draws maps. */
async function begin(): Promise<{ site: Site; server: Server }> {
  const asked: string[] = []
  const told = (title: string) => {
    const at = `http://127.0.0.1:${String(site.port)}`
    const name = encodeURIComponent(title)
    const rendition = { url: `${at}/${name}`, width: '356', height: '200' }
    const small = { ...rendition, webp: `${at}/small/${name}` }
    return { title, images: { fixed_height: rendition, fixed_width_small: small } }
  }
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const title = decodeURIComponent(path.split('/').at(-1) ?? '')
    const gif = site.gifs.get(title)
    if (path.startsWith('/v1/gifs/')) {
      const data = path.includes('q=zzz') ? [] : [...site.gifs.keys()].map(told)
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ data, pagination: {} }))
    } else if (gif) {
      response.setHeader('content-type', gif.mimeType)
      response.end(gif.buffer)
    } else {
      const [, , x = '0', y = '0'] = path.split('/').map((part) => parseInt(part, 10).toString())
      const plain = () => ((Number(x) + Number(y)) % 2 === 0 ? square(190, 215, 190) : square(215, 225, 235))
      response.setHeader('content-type', 'image/png')
      response.end(site.squares.get(path) ?? plain())
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const site: Site = {
    port: typeof address === 'object' && address ? address.port : 0,
    asked,
    gifs: new Map([['Happy cat', { mimeType: 'image/gif', buffer: GIF }]]),
    squares: new Map(),
  }
  return { site, server }
}

export const test = base.extend<{ site: Site }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads from the pattern what a fixture needs.
  site: async ({}, use) => {
    const { site, server } = await begin()
    await use(site)
    await new Promise((resolve) => server.close(resolve))
  },
  args: async ({ site }, use) => {
    const at = `http://127.0.0.1:${String(site.port)}`
    const toml = [
      `[fetch]\nports = [${String(site.port)}]\nallow = ["127.0.0.1/32"]`,
      `[gifs]\nprovider = "giphy"\nkey = "k"\nurl = "${at}"`,
      `[map]\ntiles = "${at}/{z}/{x}/{y}.png"\nattribution = "© Mapmakers"\nmax_zoom = 18\n`,
    ]
    await configured(toml.join('\n'), use)
  },
})
