import { expect, test, vi } from 'vitest'
import { FakeEngine } from '@/engine/fake'
import { Deletions } from './deletions.svelte'
import { Engine } from './engine.svelte'

const deletion = {
  command: 'delete',
  conversation: 'c',
  targets: [{ a: 'me', m: 'm-1' }],
  for_all: true,
} as const

/** A clock that goes on when it is told to. */
function clock() {
  const timers = new Map<number, () => void>()
  let next = 1
  return {
    setTimeout: (run: () => void) => {
      timers.set(next, run)
      next += 1
      return next - 1
    },
    clearTimeout: (id: number) => void timers.delete(id),
    goOn: () => {
      for (const [id, run] of [...timers]) {
        timers.delete(id)
        run()
      }
    },
  }
}

function storage() {
  const kept = new Map<string, string>()
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  }
}

const wanted = { command: 'delete', conversation: 'c', targets: [{ a: 'me', m: 'm-1' }], for_all: true }

function here(disk = storage()) {
  const port = new FakeEngine()
  const time = clock()
  const deletions = new Deletions(new Engine(port), time, disk)
  return { port, time, deletions, disk }
}

test('a message vanishes at once and is deleted a moment later', async () => {
  const { port, time, deletions, disk } = here()
  deletions.begin({ ...deletion, targets: [...deletion.targets] }, () => undefined)
  expect(deletions.hidden.has('m-1')).toBe(true)
  expect(port.commands).toEqual([])
  time.goOn()
  await vi.waitFor(() => expect(port.commands).toEqual([wanted]))
  await vi.waitFor(() => expect(disk.kept.size).toBe(0))
})

test('undone, it is there again and nothing is deleted', () => {
  const { port, time, deletions, disk } = here()
  const undo = deletions.begin({ ...deletion, targets: [...deletion.targets] }, () => undefined)
  undo()
  time.goOn()
  expect(deletions.hidden.has('m-1')).toBe(false)
  expect(port.commands).toEqual([])
  expect(disk.kept.size).toBe(0)
})

test('when the page goes away it is deleted at once', async () => {
  const { port, deletions } = here()
  deletions.begin({ ...deletion, targets: [...deletion.targets] }, () => undefined)
  deletions.flush()
  await vi.waitFor(() => expect(port.commands).toEqual([wanted]))
})

test('what the page could not carry out is carried out when it comes back', async () => {
  const before = here()
  before.deletions.begin({ ...deletion, targets: [...deletion.targets] }, () => undefined)
  const after = here(before.disk)
  await after.deletions.resume()
  expect(after.port.commands).toEqual([wanted])
  expect(after.disk.kept.size).toBe(0)
})

test('one that fails shows the message again and says why', async () => {
  const { port, time, deletions } = here()
  port.fail('delete', { kind: 'store' })
  const failed = vi.fn()
  deletions.begin({ ...deletion, targets: [...deletion.targets] }, failed)
  time.goOn()
  await vi.waitFor(() => expect(failed).toHaveBeenCalledOnce())
  expect(deletions.hidden.has('m-1')).toBe(false)
})
