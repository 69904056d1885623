import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { barriers } from '../axe'
import { configured } from '../configured'
import { startProvider, type Provider } from '../provider'
import { besideServer } from '../server'
import { befriend } from './person'
import { test as base } from './stage'

interface Drive {
  readonly folder: string
  readonly address: string
}

const PASSWORD = 'only for this'

/** A WebDAV server and a provider on this machine, which the server is allowed to reach. */
const test = base.extend<{ drive: Drive; provider: Provider }>({
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
  provider: async ({}, use) => {
    const provider = await startProvider()
    await use(provider)
    await provider.stop()
  },
  args: async ({ provider }, use) => {
    const allow = '[drives]\nallow = ["127.0.0.1/32"]\n'
    const client = `client_id = "the-client"\nclient_secret = "the-secret"\nat = "${provider.at}"\n`
    await configured(`${allow}[drives.dropbox]\n${client}`, use)
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
  await alice.attaches('drive')
  const chooser = page.getByRole('dialog', { name: 'From a cloud drive' })
  await chooser.getByText('recipe.txt').click()
  expect(await barriers(page, '[role=dialog]')).toEqual([])
  await chooser.getByRole('button', { name: 'Attach 1 file' }).click()
  await expect(chooser).toBeHidden()
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await expect(bob.message('recipe.txt')).toBeVisible()

  const answer = { name: 'answer.txt', mimeType: 'text/plain', buffer: Buffer.from('more salt') }
  await bob.attachesFiles('files', answer)
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

test('a drive of a provider is connected on its page, used, and taken back', async ({ member, provider }) => {
  provider.files.set('recipe.txt', Buffer.from('flour, water, salt'))
  const alice = await member('alice', 'Alice Walker')
  const bob = await member('bob', 'Bob Marley')
  await befriend(alice, bob)
  const { page } = alice

  await alice.moves('settings/drives')
  const connect = async () => {
    await page.getByRole('button', { name: 'Connect a drive' }).click()
    const form = page.getByRole('dialog', { name: 'Connect a drive' })
    await form.getByLabel('Kind').selectOption('Dropbox')
    await expect(form.getByLabel('Name', { exact: true })).toHaveValue('Dropbox')
    expect(await barriers(page, '[role=dialog]')).toEqual([])
    await form.getByRole('button', { name: 'Go on to Dropbox' }).click()
  }
  await connect()
  await page.getByRole('link', { name: 'Cancel' }).click()
  await expect(page.getByText('You didn’t allow it')).toBeVisible()
  expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe('/settings/drives')
  await connect()
  await page.getByRole('link', { name: 'Allow' }).click()
  await expect(page.getByText('The drive is connected')).toBeVisible()
  await expect(page.getByRole('button', { name: 'What to do with Dropbox' })).toBeVisible()
  expect(await barriers(page)).toEqual([])

  // The provider takes its token back before its time: another one is had, and nobody notices.
  provider.known.clear()
  await alice.moves('')
  await alice.goesTo('Bob Marley')
  await alice.attaches('drive')
  const chooser = page.getByRole('dialog', { name: 'From a cloud drive' })
  await chooser.getByText('recipe.txt').click()
  await chooser.getByRole('button', { name: 'Attach 1 file' }).click()
  await expect(chooser).toBeHidden()
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await expect(bob.message('recipe.txt')).toBeVisible()

  // The file is there: it is kept beside.
  await alice.message('recipe.txt').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Save to drive' }).click()
  const saver = page.getByRole('dialog', { name: 'Save to drive' })
  await saver.getByRole('button', { name: 'Save here' }).click()
  await saver.getByRole('button', { name: 'Keep both' }).click()
  await expect(page.getByText('Saved to Dropbox')).toBeVisible()
  expect(provider.files.get('recipe (2).txt')?.toString()).toBe('flour, water, salt')

  await alice.moves('settings/drives')
  await page.getByRole('button', { name: 'What to do with Dropbox' }).click()
  await page.getByRole('menuitem', { name: 'Forget' }).click()
  await page.getByRole('button', { name: 'Forget' }).click()
  await expect(page.getByText('No drives yet')).toBeVisible()
  await expect.poll(() => provider.revoked.size).toBe(1)
})
