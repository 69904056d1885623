// For component tests: the whole app at an address, with a fake engine behind it and a server that answers as told.
import { render } from 'vitest-browser-svelte'
import type { FakeEngine } from '@/engine/fake'
import { FakeBrowser } from '@/state/fake-browser'
import type { UpdateHost } from '@/state/updates.svelte'
import App from './App.svelte'
import { compose } from './compose'

const SERVER = {
  name: 'Our street',
  version: '0.3.0',
  registration: 'open',
  password_required: false,
  push_key: 'KEY',
  phone: 'off',
  drives: true,
  drive_providers: Array.of<string>(),
}

export async function inApp(
  engine: FakeEngine,
  address: string,
  server: Partial<typeof SERVER> = {},
  browser = new FakeBrowser(),
  updates: UpdateHost = { onWaiting: () => () => undefined, takeOver: () => undefined },
  isVacant = false,
): Promise<void> {
  localStorage.clear()
  history.replaceState(null, '', address)
  const app = await compose(engine, {
    window,
    notifications: browser,
    updates,
    isVacant: () => Promise.resolve(isVacant),
    fetch: () => Promise.resolve(Response.json({ ...SERVER, ...server })),
  })
  const { container } = await render(App, { app })
  // As index.html has it: in a list without a height nothing is drawn.
  container.id = 'app'
}
