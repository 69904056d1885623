import type { FailedBecause } from './port'
import type { Ended } from './protocol'

const REASONS: Record<FailedBecause | 'busy', true> = {
  insecure_origin: true,
  unsupported: true,
  private_mode: true,
  quota: true,
  no_storage: true,
  newer_version: true,
  damaged: true,
  not_loaded: true,
  crashed: true,
  busy: true,
}

/** The facade and the worker give their errors the reason as a name; everything else is a crash. */
export function reasonOf(error: unknown): FailedBecause | 'busy' {
  const name = error instanceof Error ? error.name : ''
  return name in REASONS ? (name as FailedBecause | 'busy') : 'crashed'
}

/** Tells the tab why, and ends this worker: the lock and the files are free for the next one. */
export function end(error: unknown): void {
  const reason = reasonOf(error)
  const ended: Ended = {
    reason: reason === 'busy' ? 'no_storage' : reason,
    detail: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
  }
  self.postMessage(ended)
  self.close()
}
