import { expect, test, vi } from 'vitest'
import { render } from 'vitest-browser-svelte'
import CodeField from './CodeField.svelte'

test('a code that is pasted with words around it is taken, once', async () => {
  const oncomplete = vi.fn()
  const screen = await render(CodeField, { label: 'Code', oncomplete })
  const field = screen.getByLabelText('Code')
  await field.fill('Beseda: 123-456')
  expect(oncomplete).toHaveBeenCalledExactlyOnceWith('123456')
  await expect.element(field).toHaveValue('123456')
})

test('a code that is not complete is not sent', async () => {
  const oncomplete = vi.fn()
  const screen = await render(CodeField, { label: 'Code', oncomplete })
  await screen.getByLabelText('Code').fill('12345')
  expect(oncomplete).not.toHaveBeenCalled()
})

test('the phone may fill it in, and what is wrong is told with it', async () => {
  const screen = await render(CodeField, { label: 'Code', error: 'This is not the code.' })
  const field = screen.getByLabelText('Code')
  await expect.element(field).toHaveAttribute('autocomplete', 'one-time-code')
  await expect.element(field).toHaveAccessibleDescription('This is not the code.')
  await expect.element(field).toBeInvalid()
})
