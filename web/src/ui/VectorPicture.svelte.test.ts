// When a drawn picture moves, and when it rests.
import { beforeEach, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-svelte'
import VectorPicture from './VectorPicture.svelte'

const drawings: { moves: boolean; isThere: boolean }[] = []

vi.mock('@/lib/lottie', () => ({
  unpackedLottie: (file: Blob) =>
    file.size > 0 ? Promise.resolve({ width: 512, height: 256 }) : Promise.reject(new Error('not sound')),
}))
vi.mock('@/lib/lottie-player', () => ({
  Drawing: class {
    moves = false
    isThere = true
    constructor() {
      drawings.push(this)
    }
    play() {
      this.moves = true
    }
    rest() {
      this.moves = false
    }
    end() {
      this.isThere = false
    }
  },
}))

const load = vi.fn(() => Promise.resolve(new Blob(['drawn'])))

beforeEach(() => {
  drawings.length = 0
  load.mockClear()
  vi.unstubAllGlobals()
  document.body.style.paddingBlockStart = '0'
})

const moves = () => drawings.map((drawing) => drawing.moves)

test('what is in a conversation moves while it is seen', async () => {
  const { unmount } = await render(VectorPicture, { load, alt: 'Sticker 😀', moves: true })
  await expect.poll(moves).toEqual([true])
  await expect.element(page.getByRole('img', { name: 'Sticker 😀' })).toBeVisible()
  await unmount()
  expect(drawings[0]?.isThere).toBe(false)
})

test('what is out of sight is not even opened', async () => {
  document.body.style.paddingBlockStart = '5000px'
  const { container } = await render(VectorPicture, { load, alt: '', moves: true })
  // It would have been by now, as the one that is in sight is.
  document.body.style.paddingBlockStart = '0'
  expect(load).not.toHaveBeenCalled()
  container.scrollIntoView()
  await expect.poll(moves).toEqual([true])
  document.body.style.paddingBlockStart = '5000px'
  scrollTo(0, 0)
  await expect.poll(moves).toEqual([false])
})

test('where one chooses, it moves for who points at it', async () => {
  // Another test may have left the pointer where the picture will be.
  await userEvent.unhover(document.body)
  await render(VectorPicture, { load, alt: 'Sticker 😀' })
  await expect.poll(moves).toEqual([false])
  await userEvent.hover(page.getByRole('img', { name: 'Sticker 😀' }))
  await expect.poll(moves).toEqual([true])
  await userEvent.unhover(page.getByRole('img', { name: 'Sticker 😀' }))
  await expect.poll(moves).toEqual([false])
})

test('for who wants less motion it rests', async () => {
  const calm = Object.assign(new EventTarget(), { matches: true })
  vi.stubGlobal('matchMedia', () => calm)
  await render(VectorPicture, { load, alt: '', moves: true })
  await expect.poll(moves).toEqual([false])
  calm.matches = false
  calm.dispatchEvent(new Event('change'))
  await expect.poll(moves).toEqual([true])
})

test('what is not sound is not drawn', async () => {
  load.mockResolvedValueOnce(new Blob([]))
  await render(VectorPicture, { load, alt: 'Sticker 😀', moves: true })
  await expect.poll(() => load.mock.calls.length).toBe(1)
  expect(drawings).toEqual([])
})
