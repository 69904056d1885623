// A link that may be thin, or cut: it takes bytes to an address, whatever they say, and back.

import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { Transform } from 'node:stream'

export interface Shape {
  readonly bitsPerSecond: number
  /** How long bytes are under way, in each direction. */
  readonly delayMillis: number
}

export interface Link {
  readonly port: number
  /** From now on it is as thin as this; what all connections send shares it. */
  readonly thin: (shape: Shape) => void
  /** From now on nothing goes through, and every connection is broken off. */
  readonly cut: () => void
  readonly mend: () => void
  readonly stop: () => void
}

export async function startLink(to: { readonly host: string; readonly port: number }): Promise<Link> {
  const lanes = [new Lane(), new Lane()] as const
  const open = new Set<Socket>()
  let isCut = false
  const server = createServer((near) => {
    if (isCut) {
      near.destroy()
      return
    }
    const far = connect(to)
    for (const [from, into, lane] of [
      [near, far, lanes[0]],
      [far, near, lanes[1]],
    ] as const) {
      open.add(from)
      from.on('error', () => into.destroy())
      from.on('close', () => {
        open.delete(from)
        // What is under way still arrives where the other side had finished.
        if (!from.readableEnded) into.destroy()
      })
      from.pipe(lane.enter()).pipe(into)
    }
  })
  const cut = (): void => {
    isCut = true
    for (const socket of open) socket.destroy()
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    thin: (shape) => {
      for (const lane of lanes) lane.shape = shape
    },
    cut,
    mend: () => (isCut = false),
    stop: () => {
      server.close()
      cut()
    },
  }
}

/** So much goes in one piece, then it is another connection's turn. */
const PIECE_BYTES = 256

/** One direction. */
class Lane {
  shape: Shape | undefined
  #free = Promise.resolve()

  /** A way in for one connection. */
  enter(): Transform {
    const entered = new Transform({
      transform: (bytes: Buffer, _, done) => {
        void this.#carry(bytes, (piece) => entered.push(piece)).then(() => done())
      },
      flush: (done) => {
        setTimeout(done, this.shape?.delayMillis ?? 0)
      },
    })
    return entered
  }

  /** Is over once all has left; it arrives later. */
  async #carry(bytes: Buffer, arrive: (piece: Buffer) => void): Promise<void> {
    const { shape } = this
    if (!shape) {
      arrive(bytes)
      return
    }
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const piece = bytes.subarray(at, at + PIECE_BYTES)
      const turn = this.#free.then(() => passed((piece.length * 8_000) / shape.bitsPerSecond))
      this.#free = turn
      await turn
      setTimeout(() => arrive(piece), shape.delayMillis)
    }
  }
}

const passed = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis))
