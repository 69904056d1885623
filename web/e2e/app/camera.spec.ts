// Two people who sit together: one shows a code, the other one's camera reads it.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium as playwright, expect } from '@playwright/test'
import { chromium } from '../../build/chromium.js'
import { camera, film } from '../camera'
import { befriend, Person } from './person'
import { test } from './stage'

test('a camera reads who somebody is, and that their safety number is the same', async ({ member, url }) => {
  const alice = await member('alice', 'Alice Walker')
  const folder = mkdtempSync(join(tmpdir(), 'beseda-camera-'))
  const seen = join(folder, 'seen.y4m')
  await alice.opens('new/contact')
  await film(alice.page.getByRole('img', { name: 'Your QR code' }), seen)

  const options = chromium()
  const browser = await playwright.launch({ ...options, args: [...options.args, ...camera(seen)] })
  const bob = await Person.arrives(browser, url)
  await bob.signsUp('bob', 'Bob Marley')
  await bob.opens('new/contact')
  await bob.page.getByRole('button', { name: /^Scan a code/ }).click()
  await expect(bob.page.getByRole('dialog')).toHaveCount(0)
  await expect(bob.page.getByRole('heading', { name: 'alice' })).toBeVisible()
  await expect(bob.page.getByText(/The key is the one in the link/)).toBeVisible()

  await alice.opens()
  await befriend(bob, alice)
  await alice.head('Bob Marley').click()
  await alice.page.getByRole('button', { name: /^Safety number/ }).click()
  await film(alice.page.getByRole('dialog').getByRole('img'), seen)
  await bob.head('Alice Walker').click()
  await bob.page.getByRole('button', { name: /^Safety number/ }).click()
  await bob.page.getByRole('button', { name: 'Scan their code' }).click()
  await expect(bob.page.getByText('It is the same number. Nobody is in between.')).toBeVisible()
  await expect(bob.page.getByRole('button', { name: 'Compared: nobody is in between' })).toBeVisible()

  await bob.leaves()
  await browser.close()
  rmSync(folder, { recursive: true })
})

test('without a camera a person is told what to do instead', async ({ member }) => {
  const alice = await member('alice', 'Alice Walker')
  await alice.opens('new/contact')
  await alice.page.getByRole('button', { name: /^Scan a code/ }).click()
  const dialog = alice.page.getByRole('dialog')
  await expect(dialog.getByText('There is no camera here')).toBeVisible()
  await expect(dialog.getByRole('button', { name: 'Choose a picture' })).toBeVisible()
})
