import { beforeEach, expect, test } from 'vitest'
import { page } from 'vitest/browser'
import { message, page as pageOf } from '@/engine/sample'
import { speak } from '@/i18n/index.svelte'
import { inApp } from './in-app'
import { BOB, GROUP, MARIA, ME, signedIn } from './sample'

beforeEach(() => speak('en'))

test('a long press on a reaction tells who reacted', async () => {
  const engine = signedIn()
  const said = message(1, {
    reactions: [
      { emoji: '👍', accounts: [MARIA.account, ME.account], mine: true },
      { emoji: '🎉', accounts: [BOB.account], mine: false },
    ],
  })
  engine.views.timeline = ({ anchor, limit }) => pageOf([said], anchor, limit, 1)
  engine.views.pins = () => []
  engine.views.asks = () => []
  engine.views.deeds = () => null
  engine.views.details = () => ({
    message: said,
    delivered_to: [],
    read_by: [],
    opened_by: [],
    generation: 0,
    epoch: 0,
    history: [],
  })
  await inApp(engine, `/c/${GROUP.conversation}`)
  const chip = page.getByRole('button', { name: '🎉: Bob' })
  await expect.element(chip).toBeVisible()
  chip.element().dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true }))
  await expect.element(page.getByRole('heading', { name: 'Message details' })).toBeVisible()
  const section = page.getByRole('region', { name: 'Reactions' })
  await expect.element(section).toHaveTextContent(/Maria.*👍.*You.*👍.*Bob.*🎉/)
  expect(engine.commands.map(({ command }) => command)).not.toContain('react')
})
