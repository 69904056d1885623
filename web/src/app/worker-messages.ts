import { parse } from '@/lib/route'
import type { App } from './compose'

/** What the service worker asks of an open tab. */
export function answerWorker(worker: ServiceWorkerContainer | undefined, { engine, router }: App): void {
  worker?.addEventListener('message', ({ data, ports: [answer] }: MessageEvent<unknown>) => {
    if (data === 'awake?') {
      // Without an answer it finds out by itself what is new.
      engine.ask({ query: 'connection' }).then(
        (connection) => connection === 'online' && answer?.postMessage('yes'),
        () => undefined,
      )
    }
    const path = typeof data === 'object' && data !== null && 'goTo' in data ? data.goTo : undefined
    if (typeof path === 'string') router.go(parse(path))
  })
  worker?.startMessages()
}
