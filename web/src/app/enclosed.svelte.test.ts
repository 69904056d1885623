import { beforeEach, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { EngineFailure, type ContactCard, type MessageView, type PlaceView } from '@/engine/port'
import type { FakeEngine } from '@/engine/fake'
import { message, page as pageOf } from '@/engine/sample'
import { m, speak } from '@/i18n/index.svelte'
import { inApp } from './in-app'
import { GROUP, signedIn } from './sample'

beforeEach(() => speak('en'))

const PLACE: PlaceView = {
  point: { latitude: 557_558_000, longitude: 376_173_000 },
  accuracy: 12,
  name: 'Coffee house',
  live: null,
}
const CARD: ContactCard = { n: 'Anna', o: 'Bees', p: ['+1 555 0100'], e: ['anna@example.org'] }

async function open(...said: MessageView[]): Promise<FakeEngine> {
  const engine = signedIn()
  engine.views.timeline = ({ anchor, limit }) => pageOf(said, anchor, limit, 1)
  engine.views.pins = () => []
  engine.views.asks = () => []
  engine.views.deeds = () => null
  engine.on('send', () => ({ outcome: 'queued', message: 'm' }))
  await inApp(engine, `/c/${GROUP.conversation}`)
  return engine
}

const sent = (engine: FakeEngine) =>
  engine.commands.flatMap((given) => (given.command === 'send' ? [given.draft] : []))

async function attach(what: string) {
  await page.getByRole('button', { name: 'Attach' }).click()
  await page.getByRole('menuitem', { name: what }).click()
}

const text = (more: { place?: PlaceView; contacts?: ContactCard[] }) =>
  message(1, { body: { body: 'text', text: '', entities: [], attachments: [], ...more } })

test('a place is typed and sent', async () => {
  const engine = await open(message(1))
  await attach('Place')
  const field = page.getByRole('textbox', { name: 'Coordinates' })
  await field.fill('nowhere')
  await page.getByRole('button', { name: 'Send', exact: true }).last().click()
  await expect.element(page.getByText('Type a latitude and a longitude')).toBeVisible()
  await field.fill('55.7558, 37.6173')
  await page.getByRole('textbox', { name: 'Name (optional)' }).fill('Coffee house')
  await page.getByRole('button', { name: 'Send', exact: true }).last().click()
  await vi.waitFor(() => expect(sent(engine)).toHaveLength(1))
  expect(sent(engine)[0]?.place).toEqual({
    latitude: 557_558_000,
    longitude: 376_173_000,
    accuracy: null,
    name: 'Coffee house',
    seconds: null,
  })
  await expect.element(field).not.toBeInTheDocument()
})

test('the position of the device is sent with its accuracy, and a refusal is told', async () => {
  const engine = await open(message(1))
  const locate = vi.spyOn(navigator.geolocation, 'getCurrentPosition')
  locate.mockImplementationOnce((_, refused) =>
    refused?.({ code: 1, message: '', PERMISSION_DENIED: 1, POSITION_UNAVAILABLE: 2, TIMEOUT: 3 }),
  )
  await attach('Place')
  const button = page.getByRole('button', { name: 'Use my position' })
  await button.click()
  await expect.element(page.getByRole('alert')).toHaveTextContent('Allow it for this site')
  const coords = {
    latitude: -33.85,
    longitude: 151.2,
    accuracy: 8.6,
    altitude: null,
    altitudeAccuracy: null,
    heading: null,
    speed: null,
  }
  locate.mockImplementationOnce((found) =>
    found({ coords: { ...coords, toJSON: () => coords }, timestamp: 1, toJSON: () => coords }),
  )
  await button.click()
  await expect.element(page.getByText('Accurate to 9 metres')).toBeVisible()
  await page.getByRole('button', { name: 'Send', exact: true }).last().click()
  await vi.waitFor(() => expect(sent(engine)).toHaveLength(1))
  expect(sent(engine)[0]?.place).toMatchObject({ latitude: -338_500_000, accuracy: 9 })
  locate.mockRestore()
})

test('a card is filled in and sent', async () => {
  const engine = await open(message(1))
  await attach('Contact')
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Anna')
  await page.getByRole('textbox', { name: 'Phone numbers, one per line' }).fill('+1 555 0100\n\n 112 ')
  await page.getByRole('button', { name: 'Send', exact: true }).last().click()
  await vi.waitFor(() => expect(sent(engine)).toHaveLength(1))
  expect(sent(engine)[0]?.contacts).toEqual([{ n: 'Anna', p: ['+1 555 0100', '112'] }])
})

/** Chooses a file of contacts. */
async function chooses(text: string) {
  // The window is loaded when it is first needed.
  const input = await vi.waitUntil(() => document.querySelector('input[accept^=".vcf"]'))
  await userEvent.upload(input, new File([text], 'people.vcf', { type: 'text/vcard' }))
}

test('why a file of contacts can’t be read is told as it is', async () => {
  const engine = await open(message(1))
  await attach('Contact')
  engine.views.read_cards = () => {
    throw new EngineFailure({ kind: 'store' })
  }
  await chooses('BEGIN:VCARD')
  await expect.element(page.getByRole('alert')).toHaveTextContent(m.failure.store())
  engine.views.read_cards = () => []
  await chooses('nothing')
  await expect.element(page.getByRole('alert')).toHaveTextContent('There is no contact in this file.')
  engine.views.read_cards = () => Array.from({ length: 21 }, () => CARD)
  await chooses('many')
  await expect.element(page.getByRole('alert')).toHaveTextContent('This file has 21 contacts')
})

test('one contact takes the place of another: nobody’s link stands beside another name', async () => {
  const engine = await open(message(1))
  await attach('Contact')
  const name = page.getByRole('textbox', { name: 'Name', exact: true })
  engine.views.read_cards = () => [CARD, { n: 'Boris' }]
  await chooses('two')
  await expect.element(page.getByText('2 contacts: Anna, Boris')).toBeVisible()
  engine.views.read_cards = () => [CARD]
  await chooses('one')
  await expect.element(name).toHaveValue('Anna')
  engine.on('make_person_link', () => ({ outcome: 'person_link', url: 'https://host/i/me' }))
  await page.getByRole('button', { name: 'My contact' }).click()
  await expect.element(page.getByText(/^Holds your link/)).toBeVisible()
  await expect.element(name).not.toHaveValue('Anna')
  await page.getByRole('button', { name: 'Send', exact: true }).last().click()
  await vi.waitFor(() => expect(sent(engine)).toHaveLength(1))
  const [card] = sent(engine)[0]?.contacts ?? []
  expect(card?.l).toBe('https://host/i/me')
  expect(card?.p).toBeUndefined()
})

test('what is wrong with a number is said under it', async () => {
  const engine = await open(message(1))
  await attach('Contact')
  engine.fail('send', { kind: 'invalid', what: 'phone', reason: { why: 'no_contact' } })
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Anna')
  const phones = page.getByRole('textbox', { name: 'Phone numbers, one per line' })
  await phones.fill('call me')
  await page.getByRole('button', { name: 'Send', exact: true }).last().click()
  await expect.element(phones).toHaveAccessibleDescription(/^Write numbers with digits/)
})

test('a place that came is opened elsewhere only when a person chooses so', async () => {
  await open(text({ place: PLACE }))
  await expect.element(page.getByText('55.755800, 37.617300').first()).toBeVisible()
  const opened = vi.spyOn(window, 'open').mockReturnValue(null)
  await page.getByRole('button', { name: 'Open in…' }).click()
  expect(opened).not.toHaveBeenCalled()
  await page.getByRole('menuitem', { name: 'OpenStreetMap (openstreetmap.org)' }).click()
  expect(opened.mock.calls[0]?.[0]).toMatch(
    /^https:\/\/www\.openstreetmap\.org\/\?mlat=55\.755800&mlon=37\.617300/,
  )
  expect(opened.mock.calls[0]?.[2]).toBe('noopener,noreferrer')
  opened.mockRestore()
})

test('a place that is nowhere is still a message', async () => {
  await open(text({ place: { point: null, accuracy: null, name: '', live: null } }))
  await expect.element(page.getByText('The sender gave no point on the map.')).toBeVisible()
  expect(page.getByRole('button', { name: 'Open in…' }).elements()).toHaveLength(0)
})

test('a card that came calls, writes and is saved', async () => {
  const engine = await open(text({ contacts: [CARD] }))
  const call = page.getByRole('link', { name: 'Call +1 555 0100' })
  await expect.element(call).toHaveAttribute('href', 'tel:+15550100')
  await expect
    .element(page.getByRole('link', { name: 'Write to anna@example.org' }))
    .toHaveAttribute('href', 'mailto:anna@example.org')
  const asked = vi.fn(() => 'BEGIN:VCARD')
  engine.views.write_cards = asked
  const clicked = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined)
  await page.getByRole('button', { name: 'Save contact: Anna' }).click()
  await vi.waitFor(() => expect(clicked).toHaveBeenCalledOnce())
  expect(asked).toHaveBeenCalledWith({ query: 'write_cards', cards: [CARD] })
  clicked.mockRestore()
})
