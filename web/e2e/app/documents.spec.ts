import { expect } from '@playwright/test'
import { barriers } from '../axe'
import { befriend, PHONE, picture } from './person'
import { test } from './stage'

/** A document of pages with a bar above and a word each. */
function pdf(name: string, ...words: readonly string[]) {
  const kids = words.map((_, at) => `${4 + at * 2} 0 R`).join(' ')
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    `<</Type/Pages/Count ${words.length}/Kids[${kids}]>>`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
    ...words.flatMap((word, at) => {
      const content = `0.1 0.4 0.4 rg 60 720 475 60 re f 0 g BT /F 36 Tf 60 640 Td (${word}) Tj ET`
      const resources = '/Resources<</Font<</F 3 0 R>>>>'
      return [
        `<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]${resources}/Contents ${5 + at * 2} 0 R>>`,
        `<</Length ${content.length}>>stream\n${content}\nendstream`,
      ]
    }),
  ]
  let text = '%PDF-1.4\n'
  const places = objects.map((object, at) => {
    const place = text.length
    text += `${at + 1} 0 obj${object}endobj\n`
    return place
  })
  const rows = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('')
  const size = objects.length + 1
  const end = `trailer<</Root 1 0 R/Size ${size}>>startxref\n${text.length}\n%%EOF`
  const all = `${text}xref\n0 ${size}\n0000000000 65535 f \n${rows}${end}`
  return { name, mimeType: 'application/pdf', buffer: Buffer.from(all) }
}

const TEXT =
  '# Rye bread\n\n500 g of rye flour, 350 ml of water, 10 g of salt.\n\n<script>alert(1)</script>\n'

test('documents show how they begin before they are sent and to whom they are, and can be read', async ({
  member,
}) => {
  const alice = await member('alice', 'Alice Walker')
  const bob = await member('bob', 'Боб Марлин', PHONE)
  await befriend(alice, bob)

  await alice.attachesFiles('files', [
    pdf('lease.pdf', 'Lease', 'Signatures'),
    { name: 'bread.md', mimeType: 'text/markdown', buffer: Buffer.from(TEXT) },
    // What can't be drawn is a file like any other.
    { name: 'broken.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 and no more') },
  ])
  const tray = alice.page.getByRole('list', { name: 'Attached' })
  await expect(tray.getByText('500 g of rye flour', { exact: false })).toBeVisible()
  await expect(tray.locator('img')).toHaveCount(1)
  await expect(tray.getByText('broken.pdf')).toBeVisible()
  expect(await barriers(alice.page)).toEqual([])
  await alice.composer.fill('To be read')
  await alice.composer.press('Enter')

  const there = bob.message('To be read')
  const text = there.getByRole('button', { name: 'Открыть bread.md' })
  await expect(there.getByText('500 g of rye flour', { exact: false })).toBeVisible()
  const pages = there.getByRole('button', { name: 'Открыть lease.pdf' })
  await expect(picture(there)).toBeVisible()
  await expect(there.getByRole('button', { name: 'Открыть broken.pdf' })).toBeVisible()
  expect(await barriers(bob.page)).toEqual([])

  await text.click()
  const window = bob.page.getByRole('dialog', { name: 'bread.md' })
  // A text is a text, whatever is written in it.
  await expect(window.getByText('<script>alert(1)</script>')).toBeVisible()
  expect(await barriers(bob.page)).toEqual([])
  await bob.page.keyboard.press('Escape')

  await pages.click()
  const document = bob.page.getByRole('dialog', { name: 'lease.pdf' })
  await expect(document.getByText('Страница 1 из 2')).toBeVisible()
  await expect(document.getByText('Lease', { exact: true })).toBeAttached()
  await document.getByRole('button', { name: 'Следующая страница' }).click()
  await expect(document.getByText('Signatures', { exact: true })).toBeAttached()
  await expect(document.getByRole('button', { name: 'Следующая страница' })).toBeDisabled()
  expect(await barriers(bob.page)).toEqual([])
  await bob.page.keyboard.press('Escape')

  await there.getByRole('button', { name: 'Открыть broken.pdf' }).click()
  await expect(bob.page.getByRole('dialog').getByRole('alert')).toContainText('Здесь это не показать')
})
