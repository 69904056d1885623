import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { chromium } from '../../build/chromium.js'
import { Person } from './person'
import { test as base } from './stage'

const MIB = 1024 * 1024
const SIZE = 256 * MIB

interface Process {
  readonly id: number
  readonly parent: number
  readonly command: string
  /** Bytes of it that are nowhere but in memory. */
  readonly memory: number
}

function processes(): Process[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      const status = readFileSync(`/proc/${name}/status`, 'latin1')
      const number = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1])
      const command = readFileSync(`/proc/${name}/cmdline`, 'latin1')
      return [{ id: Number(name), parent: number('PPid'), command, memory: number('RssAnon') * 1024 }]
    } catch {
      // No process, or one that has just ended.
      return []
    }
  })
}

/** What the processes of a browser hold in memory that keeps its profile in this folder. */
function memory(profile: string): number {
  const all = processes()
  const own = all.filter(({ command }) => command.includes(profile))
  // It grows while it is gone through: by its children, by theirs.
  for (const { id } of own)
    own.push(...all.filter(({ parent, id: child }) => parent === id && !own.some((one) => one.id === child)))
  return own.reduce((sum, { memory }) => sum + memory, 0)
}

const test = base.extend<{ folder: string; alice: Person }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads from the pattern what a fixture needs.
  folder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'beseda-large-'))
    await use(folder)
    rmSync(folder, { recursive: true })
  },
  // A private window, as other stories have it, keeps its files in memory, whatever the page does.
  alice: async ({ folder, playwright, url }, use) => {
    const open = (options: object) =>
      playwright.chromium.launchPersistentContext(join(folder, 'profile'), { ...chromium(), ...options })
    const alice = await Person.arrives({ newContext: (options = {}) => open(options) }, url)
    await alice.signsUp('alice', 'Alice Walker')
    await use(alice)
    await alice.leaves()
  },
})

test('a large file is sealed and sent without being held in memory', async ({ alice, folder }) => {
  test.skip(process.platform !== 'linux', 'what a process holds is read from /proc')
  const path = join(folder, 'large.bin')
  const file = openSync(path, 'w')
  for (let at = 0; at < SIZE; at += MIB) writeSync(file, Buffer.alloc(MIB, at / MIB))
  closeSync(file)
  await alice.goesTo('Notes to self')

  const before = memory(join(folder, 'profile'))
  let most = 0
  const looks = setInterval(() => (most = Math.max(most, memory(join(folder, 'profile')))), 100)
  try {
    await alice.attachesFiles('files', path)
    // It waits until all of it is sealed.
    await alice.composer.fill('All of it')
    await alice.composer.press('Enter')
    await expect(alice.composer).toHaveValue('', { timeout: 120_000 })
    await expect(alice.message('All of it')).toContainText('Sent', { timeout: 120_000 })
  } finally {
    clearInterval(looks)
  }
  expect(most).toBeGreaterThan(before)
  expect(most - before).toBeLessThan(SIZE / 2)
})
