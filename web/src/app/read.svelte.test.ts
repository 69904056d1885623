import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { conversation, message, page as pageOf } from '@/engine/sample'
import { page } from 'vitest/browser'
import { speak } from '@/i18n/index.svelte'
import { inApp } from './in-app'
import { MARIA, signedIn } from './sample'

beforeEach(() => speak('en'))
afterEach(() => vi.restoreAllMocks())

const marks = (engine: ReturnType<typeof signedIn>) =>
  engine.commands.flatMap((given) => (given.command === 'mark_read' ? given.seq : []))

function talking(unreadByHand = false) {
  const engine = signedIn()
  const view = conversation('talk', {
    title: 'Maria',
    peer: MARIA.account,
    unread: 1,
    read: 1,
    last_seq: 9,
    own: { archived: false, unread: unreadByHand, cleared_to: 0 },
  })
  engine.views.conversations = () => [view]
  engine.views.timeline = ({ anchor, limit }) => pageOf([message(1), message(2)], anchor, limit, 1)
  engine.views.pins = () => []
  return engine
}

test('what came while one was elsewhere is read when one is back', async () => {
  await page.viewport(900, 700)
  const isThere = vi.spyOn(document, 'hasFocus').mockReturnValue(false)
  const engine = talking()
  await inApp(engine, '/c/talk')
  await expect.element(page.getByText('message 2')).toBeInTheDocument()
  await new Promise(requestAnimationFrame)
  expect(marks(engine)).toEqual([])
  isThere.mockReturnValue(true)
  window.dispatchEvent(new FocusEvent('focus'))
  await expect.poll(() => marks(engine)).toEqual([2])
})

test('what was marked as unread by hand is read no further than it was seen', async () => {
  await page.viewport(900, 700)
  vi.spyOn(document, 'hasFocus').mockReturnValue(true)
  const engine = talking(true)
  await inApp(engine, '/c/talk')
  await expect.poll(() => marks(engine)).toEqual([2])
})
