import { expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-svelte'
import EmojiPicker from './EmojiPicker.svelte'

function open(recent: readonly string[] = []) {
  const onpick = vi.fn<(emoji: string) => void>()
  const screen = render(EmojiPicker, { recent, tone: 0, ontone: () => undefined, onpick })
  return { screen, onpick }
}

const field = page.getByRole('searchbox', { name: 'Search emoji' })

test('one searches at once, and Enter takes the first one', async () => {
  const { onpick } = open()
  await expect.element(field).toHaveFocus()
  await userEvent.keyboard('{Enter}')
  expect(onpick).not.toHaveBeenCalled()
  await userEvent.keyboard('red heart')
  await expect.element(page.getByRole('button', { name: 'red heart', exact: true })).toBeVisible()
  await userEvent.keyboard('{Enter}')
  expect(onpick).toHaveBeenCalledExactlyOnceWith('❤️')
})

test('those used before stand above the first group', async () => {
  open(['👍'])
  await expect.element(page.getByRole('heading', { name: 'Recent' })).toBeVisible()
  await expect.element(page.getByRole('button', { name: 'grinning face', exact: true })).toBeVisible()
})

test('a search does not change its height', async () => {
  const { screen } = open()
  const height = () => screen.container.querySelector('.picker')?.clientHeight
  await expect.element(page.getByRole('button', { name: 'grinning face', exact: true })).toBeVisible()
  const before = height()
  await userEvent.keyboard('heart')
  await expect.element(page.getByRole('button', { name: 'red heart', exact: true })).toBeVisible()
  expect(height()).toBe(before)
})

test('as many stand in a row as there is room for, and the keys know how many', async () => {
  const { screen } = open()
  const first = page.getByRole('button', { name: 'grinning face', exact: true })
  await expect.element(first).toBeVisible()
  screen.container.style.inlineSize = '10em'
  const grid = screen.container.querySelector<HTMLElement>('.grid')
  expect(grid?.scrollWidth).toBe(grid?.clientWidth)
  await userEvent.keyboard('{ArrowDown}{ArrowDown}')
  const at = (element: Element | null | undefined) => element?.getBoundingClientRect().left
  expect(document.activeElement).not.toBe(first.element())
  expect(at(document.activeElement)).toBe(at(first.element()))
})
