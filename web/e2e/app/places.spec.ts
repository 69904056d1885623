import { readFileSync } from 'node:fs'
import { expect } from '@playwright/test'
import { barriers } from '../axe'
import { befriend, PHONE, type Person } from './person'
import { test } from './stage'

const CARDS = [
  'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Anna Bee\r\nORG:Honey Ltd\r\nTEL;TYPE=CELL:+1 555 0100',
  'EMAIL:anna@example.org\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:3.0\r\nFN:Boris',
  'TEL:+1 555 0199\r\nEND:VCARD\r\n',
].join('\r\n')

async function attaches(person: Person, what: 'place' | 'contact') {
  await person.attaches(what)
  const dialog = person.page.getByRole('dialog')
  await expect(dialog).toBeVisible()
  return dialog
}

test('places and contacts are sent, looked at, opened and saved', async ({ member }) => {
  const alice = await member('alice', 'Alice Walker')
  const bob = await member('bob', 'Боб Марлин', PHONE)
  await befriend(alice, bob)
  const { page } = alice
  await alice.context.grantPermissions(['geolocation'])
  await alice.context.setGeolocation({ latitude: 55.7558, longitude: 37.6173, accuracy: 12 })

  // Where one is.
  let dialog = await attaches(alice, 'place')
  await dialog.getByRole('button', { name: 'Use my position' }).click()
  await expect(dialog.getByLabel('Coordinates')).toHaveValue('55.755800, 37.617300')
  await expect(dialog.getByText('Accurate to 12 metres')).toBeVisible()
  expect(await barriers(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Send' }).click()
  await expect(dialog).toHaveCount(0)
  const here = bob.message('55.755800, 37.617300')
  await expect(here).toContainText('С точностью до 12 метров')

  // Another site learns the point when somebody asks for it, and not before.
  await bob.context.route('https://www.openstreetmap.org/**', (route) => route.fulfill({ body: 'a map' }))
  await here.getByRole('button', { name: 'Открыть…' }).click()
  expect(await barriers(bob.page, '[role=menu]')).toEqual([])
  const [map] = await Promise.all([
    bob.page.waitForEvent('popup'),
    bob.page.getByRole('menuitem', { name: /^OpenStreetMap/ }).click(),
  ])
  expect(map.url()).toBe(
    'https://www.openstreetmap.org/?mlat=55.755800&mlon=37.617300#map=17/55.755800/37.617300',
  )
  await map.close()

  // A place that is typed.
  dialog = await attaches(bob, 'place')
  await dialog.getByLabel('Координаты').fill('где-то')
  await dialog.getByRole('button', { name: 'Отправить' }).click()
  await expect(dialog.getByText('Введите широту и долготу')).toBeVisible()
  expect(await barriers(bob.page)).toEqual([])
  await dialog.getByLabel('Координаты').fill('55°45′21″ с. ш. 37°37′02″ в. д.')
  await dialog.getByLabel('Название').fill('Кофейня на углу')
  await dialog.getByRole('button', { name: 'Отправить' }).click()
  await expect(dialog).toHaveCount(0)
  await expect(alice.message('Кофейня на углу')).toContainText('55.755833, 37.617222')

  // A card that is filled in.
  dialog = await attaches(bob, 'contact')
  await dialog.getByLabel('Имя', { exact: true }).fill('Вера Орлова')
  await dialog.getByLabel('Организация').fill('Пасека')
  await dialog.getByLabel(/^Телефоны/).fill('позвони мне')
  await dialog.getByLabel(/^Адреса почты/).fill('vera@example.org')
  await dialog.getByRole('button', { name: 'Отправить' }).click()
  await expect(dialog.getByLabel(/^Телефоны/)).toHaveAttribute('aria-invalid', 'true')
  expect(await barriers(bob.page)).toEqual([])
  await dialog.getByLabel(/^Телефоны/).fill('+7 900 000-00-00')
  await dialog.getByRole('button', { name: 'Отправить' }).click()
  await expect(dialog).toHaveCount(0)
  const vera = alice.message('Вера Орлова')
  await expect(vera.getByRole('link', { name: 'Call +7 900 000-00-00' })).toHaveAttribute(
    'href',
    'tel:+79000000000',
  )
  await expect(vera.getByRole('link', { name: 'Write to vera@example.org' })).toHaveAttribute(
    'href',
    'mailto:vera@example.org',
  )

  // A file with two of them.
  dialog = await attaches(alice, 'contact')
  const many = dialog.getByRole('button', { name: 'From a .vcf file' })
  const cards = { name: 'people.vcf', mimeType: 'text/vcard', buffer: Buffer.from(CARDS) }
  await alice.chooses(() => many.click(), cards)
  await expect(dialog.getByText('Anna Bee')).toBeVisible()
  expect(await barriers(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Send' }).click()
  await expect(dialog).toHaveCount(0)
  const both = bob.message('Anna Bee')
  await expect(both).toContainText('Boris')
  const saving = bob.page.waitForEvent('download')
  await both
    .getByRole('button', { name: /Сохранить/ })
    .first()
    .click()
  const saved = await saving
  expect(saved.suggestedFilename()).toBe('Anna Bee.vcf')
  const card = readFileSync(await saved.path(), 'utf8')
  expect(card).toContain('FN:Anna Bee')
  expect(card).toContain('+1 555 0100')
  expect(card).not.toContain('Boris')

  // Somebody on this server: others reach them by the card.
  dialog = await attaches(alice, 'contact')
  await dialog.getByLabel('From the people you know').selectOption('Боб Марлин')
  await expect(dialog.getByLabel('Name', { exact: true })).toHaveValue('Боб Марлин')
  expect(await barriers(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Send' }).click()
  await expect(dialog).toHaveCount(0)
  const reach = page.getByRole('article').getByRole('link', { name: 'Write a message: Боб Марлин' })
  expect(await barriers(page)).toEqual([])
  await expect(bob.message('Боб Марлин').last()).toBeVisible()
  expect(await barriers(bob.page)).toEqual([])
  await reach.click()
  await expect(page.getByRole('heading', { name: 'Боб Марлин' }).first()).toBeVisible()
  await expect(page).not.toHaveURL(/\/c\//)
})
