// A server of its own for a test, on a free port, with nothing in it.

import { execFile, spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const PROGRAM =
  process.env['BESEDA_SERVER'] ?? fileURLToPath(new URL('../../target/debug/beseda', import.meta.url))

/** Another program of the workspace, built beside the server. */
export const besideServer = (name: string): string => join(dirname(PROGRAM), name)

export interface Server {
  /** As `127.0.0.1:40123`. */
  readonly address: string
  readonly stop: () => Promise<void>
}

/** Starts the server that `cargo xtask` has built, or the one that BESEDA_SERVER names. */
export async function startServer(data: string, args: readonly string[] = []): Promise<Server> {
  const server = spawn(PROGRAM, [...args, '--data-dir', data, '--listen', '127.0.0.1:0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const gone = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  const address = await new Promise<string>((resolve, reject) => {
    let said = ''
    const hear = (bytes: Buffer): void => {
      said += bytes.toString()
      const found = /listen=([\d.:]+)/.exec(said)
      if (found?.[1]) resolve(found[1])
    }
    server.stdout.on('data', hear)
    server.stderr.on('data', hear)
    server.once('error', reject)
    server.once('exit', () => reject(new Error(`the server ended: ${said}`)))
  })
  const stop = async (): Promise<void> => {
    server.kill('SIGTERM')
    await gone
  }
  return { address, stop }
}

/** What `beseda admin` says of the server that runs on a data directory. */
export async function administer(data: string, ...command: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(PROGRAM, ['admin', ...command, '--data-dir', data])
  return stdout
}
