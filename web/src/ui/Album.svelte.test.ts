import { expect, test } from 'vitest'
import { page } from 'vitest/browser'
import { render } from 'vitest-browser-svelte'
import Harness from './AlbumHarness.svelte'
import type { Picture } from './picture'

const SRC = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'
const pictures = (count: number): Picture[] =>
  Array.from({ length: count }, (_, index) => ({
    id: String(index),
    alt: `picture ${index}`,
    width: 1600,
    height: 1200,
  }))

test('each picture is a button with a name, in their order', async () => {
  const screen = await render(Harness, { pictures: pictures(4) })
  const names = screen
    .getByRole('button', { name: /^Look at/ })
    .elements()
    .map((button) => button.textContent.trim())
  expect(names).toEqual([0, 1, 2, 3].map((index) => `Look at picture ${index}`))
  await screen.getByRole('button', { name: 'Look at picture 2' }).click()
  await expect.element(page.getByText('3 of 4')).toBeVisible()
})

test('what stands on a picture can be pressed by itself', async () => {
  const screen = await render(Harness, { pictures: pictures(1), coming: true })
  await screen.getByRole('button', { name: 'Stop picture 0' }).click()
  await expect.element(page.getByRole('dialog')).not.toBeInTheDocument()
})

test('its place is as large before a picture is here as after', async () => {
  const [one] = pictures(1)
  if (!one) throw new Error('there is none')
  const screen = await render(Harness, { pictures: [{ ...one, placeholder: SRC }] })
  const size = () => {
    const { width, height } = screen.container.querySelector('.album')?.getBoundingClientRect() ?? {}
    return { width, height }
  }
  const before = size()
  expect(before.width).toBeCloseTo(400, 0)
  expect(before.height).toBeCloseTo(300, 0)
  await expect.poll(() => screen.container.querySelectorAll('img').length).toBe(1)
  await screen.rerender({ pictures: [{ ...one, placeholder: SRC, src: SRC }] })
  // The blurred one goes when the other is drawn.
  await expect.poll(() => screen.container.querySelector('.blurred')).toBeNull()
  expect(size()).toEqual(before)
})

test('it is as narrow as it must be', async () => {
  const screen = await render(Harness, { pictures: pictures(5) })
  screen.container.style.inlineSize = '200px'
  const album = screen.container.querySelector('.album')
  expect(album?.getBoundingClientRect().width).toBe(200)
  expect(album?.scrollWidth).toBe(200)
})
