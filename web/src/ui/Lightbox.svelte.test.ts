import { afterEach, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-svelte'
import Harness from './AlbumHarness.svelte'
import type { Picture } from './picture'

const SRC = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'
const PICTURES: readonly Picture[] = ['a lake', 'a tower', 'a hill'].map((alt) => ({
  id: alt,
  src: SRC,
  alt,
  width: 1600,
  height: 1200,
}))

afterEach(() => {
  document.documentElement.dir = 'ltr'
})

const viewer = page.getByRole('dialog', { name: 'Picture viewer' })
const picture = (alt: string) => viewer.getByRole('img', { name: alt })

async function open(pictures = PICTURES, at = 0) {
  const onclose = vi.fn()
  const screen = await render(Harness, { pictures, onclose })
  await screen.getByRole('button', { name: `Look at ${pictures[at]?.alt ?? ''}` }).click()
  await expect.element(viewer).toHaveFocus()
  return { screen, onclose }
}

const slides = () => {
  const element = viewer.element().querySelector('.slides')
  if (!element) throw new Error('there is no stage')
  return element
}
const shown = () => viewer.element().querySelector<HTMLElement>('.slide[aria-hidden=false] .picture')?.style

/** From the middle of the stage. */
function finger(type: string, x: number, y: number, id = 1, pointerType = 'touch') {
  const box = slides().getBoundingClientRect()
  slides().dispatchEvent(
    new PointerEvent(type, {
      pointerId: id,
      pointerType,
      isPrimary: id === 1,
      bubbles: true,
      clientX: box.x + box.width / 2 + x,
      clientY: box.y + box.height / 2 + y,
    }),
  )
}
function drag(x: number, y: number) {
  finger('pointerdown', 0, 0)
  finger('pointermove', x / 2, y / 2)
  finger('pointermove', x, y)
  finger('pointerup', x, y)
}

test('the keys go through the pictures, and Escape leads back to where one was', async () => {
  const { screen, onclose } = await open()
  await expect.element(viewer.getByText('1 of 3')).toBeVisible()
  await expect.element(viewer.getByText('By Vera: a lake')).toBeVisible()
  await userEvent.keyboard('{ArrowLeft}')
  await expect.element(picture('a lake')).toBeVisible()
  await userEvent.keyboard('{ArrowRight}{ArrowRight}{ArrowRight}')
  await expect.element(viewer.getByText('3 of 3')).toBeVisible()
  await expect.element(viewer.getByRole('button', { name: 'Save a hill' })).toBeVisible()
  await userEvent.keyboard('{Escape}')
  await expect.element(viewer).not.toBeInTheDocument()
  expect(onclose).toHaveBeenCalledOnce()
  await expect.element(screen.getByRole('button', { name: 'Look at a lake' })).toHaveFocus()
})

test('the focus stays within, also on a button that leads no further', async () => {
  await open(PICTURES, 1)
  const next = viewer.getByRole('button', { name: 'Next picture' })
  await next.click()
  await expect.element(next).toHaveAttribute('aria-disabled', 'true')
  await expect.element(next).toHaveFocus()
  await userEvent.keyboard('{ArrowLeft}')
  await expect.element(viewer.getByText('2 of 3')).toBeVisible()
  for (let step = 0; step < 8; step += 1) {
    await userEvent.tab()
    // Past the last button it may be the browser's own turn, but nothing behind the picture has one.
    const { activeElement } = document
    expect(activeElement === document.body || viewer.element().contains(activeElement)).toBe(true)
  }
})

test('where one reads from right to left, the next one is on the left', async () => {
  document.documentElement.dir = 'rtl'
  await open()
  await userEvent.keyboard('{ArrowLeft}')
  await expect.element(viewer.getByText('2 of 3')).toBeVisible()
  drag(300, 0)
  await expect.element(viewer.getByText('3 of 3')).toBeVisible()
})

test('what is near is moved by the keys that go on otherwise', async () => {
  await open()
  await userEvent.keyboard('+++')
  await expect.element(viewer.getByRole('button', { name: 'Zoom out' })).toBeVisible()
  await userEvent.keyboard('{ArrowRight}')
  expect(shown()?.translate).toBe('-80px')
  await expect.element(viewer.getByText('1 of 3')).toBeVisible()
  await userEvent.keyboard('0')
  await expect.element(viewer.getByRole('button', { name: 'Zoom in' })).toBeVisible()
  expect(shown()?.translate).toBe('0px')
})

test('fingers push a picture away, and back where there is no other', async () => {
  await open()
  drag(-300, 10)
  await expect.element(viewer.getByText('2 of 3')).toBeVisible()
  drag(300, 10)
  await expect.element(viewer.getByText('1 of 3')).toBeVisible()
  drag(300, 10)
  await expect.element(viewer.getByText('1 of 3')).toBeVisible()
  drag(0, -300)
  await expect.element(viewer).toBeVisible()
})

test('pushed down, it closes', async () => {
  const { onclose } = await open()
  drag(10, 300)
  await expect.element(viewer).not.toBeInTheDocument()
  expect(onclose).toHaveBeenCalledOnce()
})

test('a gesture that the browser took over means nothing', async () => {
  await open()
  finger('pointerdown', 0, 0)
  finger('pointermove', -300, 0)
  finger('pointercancel', -300, 0)
  await expect.element(viewer.getByText('1 of 3')).toBeVisible()
  await expect.poll(() => viewer.element().querySelector('.held')).toBeNull()
})

test('two fingers zoom, and one then pans', async () => {
  await open()
  finger('pointerdown', -50, 0)
  finger('pointerdown', 50, 0, 2)
  finger('pointermove', -100, 0)
  finger('pointermove', 100, 0, 2)
  finger('pointerup', 100, 0, 2)
  finger('pointerup', -100, 0)
  await expect.poll(() => Number(shown()?.scale)).toBeCloseTo(2, 1)
  drag(-20, 0)
  await expect.poll(() => shown()?.translate).toMatch(/^-\d/)
  await expect.element(viewer.getByText('1 of 3')).toBeVisible()
})

test('a double tap brings near what is under it', async () => {
  await open()
  for (let tap = 0; tap < 2; tap += 1) {
    finger('pointerdown', 20, 10)
    finger('pointerup', 20, 10)
  }
  await expect.poll(() => shown()?.translate).toBe('-30px')
  expect(shown()?.scale).toBe('2.5')
})

test('a wheel zooms about the pointer', async () => {
  await open()
  slides().dispatchEvent(new WheelEvent('wheel', { deltaY: -400, cancelable: true, bubbles: true }))
  await expect.poll(() => Number(shown()?.scale)).toBeGreaterThan(1.5)
})

test('a click beside the picture closes, a finger there does not', async () => {
  const { onclose } = await open([{ id: 'dot', src: SRC, alt: 'a dot', width: 10, height: 10 }])
  finger('pointerdown', 100, 100)
  finger('pointerup', 100, 100)
  await expect.element(viewer).toBeVisible()
  finger('pointerdown', -100, 100, 1, 'mouse')
  finger('pointerup', -100, 100, 1, 'mouse')
  await expect.element(viewer).not.toBeInTheDocument()
  expect(onclose).toHaveBeenCalledOnce()
})

test('alone it has no number, and what is not here yet says so', async () => {
  await open([{ id: 'later', placeholder: SRC, alt: 'a surprise', width: 100, height: 100 }])
  await expect.element(viewer.getByRole('status')).toHaveTextContent('The picture is still loading')
  await expect.element(viewer.getByRole('button', { name: 'Next picture' })).not.toBeInTheDocument()
})

test('the last one is taken away while it is looked at: the one before it is seen', async () => {
  const { screen } = await open(PICTURES, 2)
  await screen.rerender({ pictures: PICTURES.slice(0, 2) })
  await expect.element(viewer.getByText('2 of 2')).toBeVisible()
  await expect.element(picture('a tower')).toBeVisible()
})
