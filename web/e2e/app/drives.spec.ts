import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { barriers } from '../axe'
import { besideServer } from '../server'
import { befriend } from './person'
import { test as base } from './stage'

interface Drive {
  readonly folder: string
  readonly address: string
}

const PASSWORD = 'only for this'

/** A WebDAV server on this machine, which the server is allowed to reach. */
const test = base.extend<{ drive: Drive }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads from the pattern what a fixture needs.
  drive: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'beseda-drive-'))
    mkdirSync(join(folder, 'Pictures'))
    writeFileSync(join(folder, 'recipe.txt'), 'flour, water, salt')
    const dav = spawn(besideServer('dav-folder'), [folder, 'alice', PASSWORD], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const gone = new Promise((resolve) => dav.once('exit', resolve))
    const address = await new Promise<string>((resolve, reject) => {
      dav.stdout.once('data', (line: Buffer) => resolve(line.toString().trim()))
      dav.once('error', reject)
    })
    await use({ folder, address })
    dav.kill()
    await gone
    rmSync(folder, { recursive: true })
  },
  // eslint-disable-next-line no-empty-pattern -- Playwright reads from the pattern what a fixture needs.
  args: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'beseda-config-'))
    const config = join(folder, 'beseda.toml')
    writeFileSync(config, '[drives]\nallow = ["127.0.0.1/32"]\n')
    await use(['--config', config])
    rmSync(folder, { recursive: true })
  },
})

test('a drive is connected; a file of it is sent, and one that came is saved there', async ({
  member,
  drive,
}) => {
  const alice = await member('alice', 'Alice Walker')
  const bob = await member('bob', 'Bob Marley')
  await befriend(alice, bob)
  const { page } = alice

  await alice.moves('settings/drives')
  await page.getByRole('button', { name: 'Connect a drive' }).click()
  const form = page.getByRole('dialog', { name: 'Connect a drive' })
  await form.getByLabel('Name', { exact: true }).fill('Cloud')
  await form.getByLabel('Address').fill(drive.address)
  await form.getByLabel('Username').fill('alice')
  await form.getByLabel('App password').fill('guessed')
  expect(await barriers(page, '[role=dialog]')).toEqual([])
  await form.getByRole('button', { name: 'Connect' }).click()
  await expect(form.getByText('The drive refuses it.')).toBeVisible()
  await form.getByLabel('App password').fill(PASSWORD)
  await form.getByRole('button', { name: 'Connect' }).click()
  await expect(page.getByText(drive.address)).toBeVisible()
  expect(await barriers(page)).toEqual([])

  await alice.moves('')
  await alice.goesTo('Bob Marley')
  await page.getByRole('button', { name: 'Attach' }).click()
  await page.getByRole('menuitem', { name: 'From a cloud drive' }).click()
  const chooser = page.getByRole('dialog', { name: 'From a cloud drive' })
  await chooser.getByText('recipe.txt').click()
  expect(await barriers(page, '[role=dialog]')).toEqual([])
  await chooser.getByRole('button', { name: 'Attach 1 file' }).click()
  await expect(chooser).toBeHidden()
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await expect(bob.message('recipe.txt')).toBeVisible()

  await bob.page.getByRole('button', { name: 'Attach' }).click()
  const choosing = bob.page.waitForEvent('filechooser')
  await bob.page.getByRole('menuitem', { name: 'Files' }).click()
  await (
    await choosing
  ).setFiles({ name: 'answer.txt', mimeType: 'text/plain', buffer: Buffer.from('more salt') })
  await bob.page.getByRole('button', { name: 'Send', exact: true }).click()
  await alice.message('answer.txt').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Save to drive' }).click()
  const saver = page.getByRole('dialog', { name: 'Save to drive' })
  await saver.getByText('Pictures').click()
  await expect(saver.getByText('This folder is empty')).toBeVisible()
  await saver.getByRole('button', { name: 'Save here' }).click()
  await expect(page.getByText('Saved to Cloud')).toBeVisible()
  expect(readFileSync(join(drive.folder, 'Pictures', 'answer.txt'), 'utf8')).toBe('more salt')
})
