import { expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-svelte'
import Harness from './CropHarness.svelte'

async function show(width = 1000, height = 500) {
  const screen = await render(Harness, { width, height })
  const area = screen.getByRole('application', { name: 'Part of the picture that is used' })
  const chosen = () => screen.getByTestId('crop').element().textContent
  return { screen, area, chosen, slider: screen.getByRole('slider', { name: 'Zoom' }) }
}

test('the keys alone choose a part, and it is said which', async () => {
  const { screen, area, chosen } = await show()
  await expect.element(area).toHaveAccessibleDescription(/arrow keys/)
  await userEvent.tab()
  await expect.element(area).toHaveFocus()
  await userEvent.keyboard('{ArrowLeft}')
  await expect.poll(chosen).toBe('270 0 500')
  await userEvent.keyboard('{ArrowUp}{ArrowDown}')
  await expect.poll(chosen).toBe('270 0 500')
  await userEvent.keyboard('+')
  await expect.element(screen.getByText('115%, 54% from the left, 50% from the top')).toBeInTheDocument()
  await userEvent.keyboard('---')
  await expect.poll(chosen).toMatch(/ 500$/)
})

test('the slider brings near, up to where there are pixels', async () => {
  const { chosen, slider } = await show()
  await expect.element(slider).toHaveValue('0')
  await userEvent.tab()
  await userEvent.tab()
  await userEvent.keyboard('{End}')
  await expect.poll(chosen).toBe('452 202 96')
  await expect.element(slider).toHaveAttribute('aria-valuetext', '521%')
  await userEvent.keyboard('{Home}')
  await expect.poll(chosen).toBe('250 0 500')
})

test('a picture with few pixels can’t be brought nearer', async () => {
  const { slider } = await show(80, 60)
  await expect.element(slider).toBeDisabled()
})

test('it is dragged, and a wheel brings near what is under the pointer', async () => {
  const { area, chosen } = await show()
  const { x, y, width } = area.element().getBoundingClientRect()
  const press = (type: string, dx: number) =>
    area
      .element()
      .dispatchEvent(
        new PointerEvent(type, { pointerId: 1, bubbles: true, clientX: x + width / 2 + dx, clientY: y + 9 }),
      )
  press('pointerdown', 0)
  press('pointermove', width / 10)
  press('pointerup', width / 10)
  await expect.poll(chosen).toBe('200 0 500')
  press('pointermove', 0)
  await expect.poll(chosen).toBe('200 0 500')
  const wheel = new WheelEvent('wheel', { deltaY: -500, clientX: x, clientY: y, cancelable: true })
  area.element().dispatchEvent(wheel)
  expect(wheel.defaultPrevented).toBe(true)
  // The corner under the pointer stays.
  await expect.poll(chosen).toMatch(/^200 0 (?!500)/)
})
