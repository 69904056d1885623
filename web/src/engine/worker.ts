// The worker of a tab. It gets everything ready and waits until the engine is its own.

import init, { BrowserEngine, erase, start as prepare } from './wasm/engine.js'
import wasm from './wasm/engine_bg.wasm?url'
import { eraseFiles } from './files'
import { Owner } from './owner'
import { type Ended, LOCK, type Start } from './protocol'
import { end, reasonOf } from './ended'

/** How often the files of an owner that has just died are tried again, and how long to wait in between. */
const TRIES = 200
const PAUSE_MS = 50

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, PAUSE_MS))

/** The browser frees the lock of a dead worker a little before its files. */
async function patiently<T>(act: () => Promise<T>): Promise<T> {
  for (let left = TRIES; ; left--) {
    try {
      return await act()
    } catch (error) {
      if (reasonOf(error) !== 'busy' || left === 0) throw error
      await pause()
    }
  }
}

async function load(): Promise<void> {
  try {
    await init({ module_or_path: wasm })
  } catch (error) {
    // Instantiation fails where the browser is too old; everything before that is the network.
    const reason = error instanceof WebAssembly.CompileError || error instanceof WebAssembly.LinkError
    throw Object.assign(new Error(String(error)), { name: reason ? 'unsupported' : 'not_loaded' })
  }
  prepare()
}

async function own({ tab, erase: eraseFirst }: Start): Promise<never> {
  if (eraseFirst) {
    await patiently(erase)
    await eraseFiles()
  }
  const owner = new Owner(tab, await patiently(() => BrowserEngine.open()))
  return owner.run()
}

self.addEventListener(
  'message',
  ({ data }: MessageEvent<Start>) => {
    load()
      // The lock is kept for as long as the worker lives.
      .then(() => navigator.locks.request(LOCK, () => own(data)))
      .catch((error: unknown) => end(error))
  },
  { once: true },
)

// Nothing may fail without being told.
self.addEventListener('error', (event) => end(event.error))
self.addEventListener('unhandledrejection', (event) => end(event.reason))

export type { Ended }
