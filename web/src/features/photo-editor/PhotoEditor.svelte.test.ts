import { describe, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-svelte'
import { problems } from '@/app/problems'
import { speak } from '@/i18n/index.svelte'
import type { Edits, Operation } from '@/lib/edit/document'
import PhotoEditor from './PhotoEditor.svelte'

async function photo(width = 1200, height = 800) {
  const pen = new OffscreenCanvas(width, height).getContext('2d')
  if (!pen) throw new Error('no canvas')
  pen.fillStyle = 'skyblue'
  pen.fillRect(0, 0, width, height)
  return await pen.canvas.convertToBlob({ type: 'image/jpeg' })
}

async function open(given: { edits?: Edits | undefined; file?: Blob } = {}) {
  const seen: { done?: Edits | undefined; isDone: boolean; isClosed: boolean } = {
    isDone: false,
    isClosed: false,
  }
  const screen = await render(PhotoEditor, {
    file: given.file ?? (await photo()),
    edits: given.edits,
    ondone: (edits) => {
      seen.done = edits
      seen.isDone = true
    },
    onclose: () => (seen.isClosed = true),
  })
  const done = page.getByRole('button', { name: 'Done' })
  if (!given.file) await expect.element(done).toBeVisible()
  /** Presses Done, and what came of it. */
  async function finish(): Promise<Edits | undefined> {
    await done.click()
    await expect.poll(() => seen.isDone || seen.isClosed).toBe(true)
    return seen.done
  }
  return { screen, seen, finish }
}

const choose = (name: string) =>
  userEvent.click(page.getByRole('radio', { name, exact: true }).element().closest('label') ?? document.body)

type At = readonly [x: number, y: number]

/** A finger on the stage; places are parts of it. */
function finger(id = 1) {
  const stage = document.querySelector('.hands')
  if (!stage) throw new Error('there is no stage')
  const { x, y, width, height } = stage.getBoundingClientRect()
  const event = (type: string, at: At) =>
    new PointerEvent(type, {
      bubbles: true,
      pointerId: id,
      clientX: x + at[0] * width,
      clientY: y + at[1] * height,
    })
  return {
    down: (at: At) => stage.dispatchEvent(event('pointerdown', at)),
    move: (at: At) => window.dispatchEvent(event('pointermove', at)),
    up: (at: At) => window.dispatchEvent(event('pointerup', at)),
  }
}

function drag(...places: readonly At[]) {
  const [first = [0, 0]] = places
  const one = finger()
  one.down(first)
  for (const place of places) one.move(place)
  one.up(places.at(-1) ?? first)
}

const near = (number: number): unknown => expect.closeTo(number, 0)
const kinds = (edits: Edits | undefined) => edits?.present.marks.map(({ kind }) => kind)
const first = (edits: Edits | undefined): Operation | undefined => edits?.present.marks[0]

describe('by hand', () => {
  test('one draws, takes back, and draws again', async () => {
    const { finish } = await open()
    await choose('Draw')
    drag([0.4, 0.4], [0.5, 0.5], [0.6, 0.4])
    await choose('Marker')
    await choose('Yellow')
    drag([0.4, 0.6], [0.6, 0.6])
    await userEvent.keyboard('{Control>}z{/Control}')
    await expect.element(page.getByText('Undone')).toBeInTheDocument()
    await userEvent.keyboard('{Control>}z{/Control}')
    await userEvent.keyboard('{Control>}{Shift>}Z{/Shift}{/Control}')
    await page.getByRole('button', { name: 'Redo' }).click()
    const edits = await finish()
    expect(edits?.present.marks).toMatchObject([
      { kind: 'stroke', pen: 'pen', colour: '#f0323c' },
      { kind: 'stroke', pen: 'marker', colour: '#ffd91f' },
    ])
  })

  test('a tap makes a dot with a pen, and nothing with a shape', async () => {
    const { finish } = await open()
    await choose('Draw')
    drag([0.5, 0.5])
    await choose('Ellipse')
    drag([0.3, 0.5])
    expect(kinds(await finish())).toEqual(['stroke'])
  })

  test('a shape that was just drawn is moved, and pulled larger at its corner', async () => {
    const { finish } = await open()
    await choose('Draw')
    await choose('Rectangle')
    drag([0.4, 0.4], [0.6, 0.6])
    drag([0.5, 0.5], [0.55, 0.5])
    drag([0.65, 0.6], [0.7, 0.7])
    const edits = await finish()
    expect(edits?.past).toHaveLength(3)
    expect(first(edits)).toMatchObject({ kind: 'shape', shape: 'rectangle' })
  })

  test('the crop is pulled at a corner and moved, and keeps its shape if it is to', async () => {
    const { finish } = await open()
    await choose('Square')
    // All of the height is taken: it is in the middle.
    const square = page.getByRole('application', { name: 'Part of the photo that stays' })
    const { x, y, width } = square.element().getBoundingClientRect()
    const stage = document.querySelector('.hands')?.getBoundingClientRect() ?? new DOMRect()
    const at = (px: number, py: number): At => [(px - stage.x) / stage.width, (py - stage.y) / stage.height]
    drag(at(x, y), at(x + width / 2, y + width / 2))
    const { crop } = (await finish())?.present.frame ?? {}
    expect(crop?.width).toBeCloseTo(400, 0)
    expect(crop?.height).toBeCloseTo(400, 0)
    expect(crop?.x).toBeCloseTo(0, 0)
  })

  test('two fingers bring near, and draw nothing', async () => {
    const { finish } = await open()
    await choose('Draw')
    const [one, two] = [finger(1), finger(2)]
    one.down([0.45, 0.5])
    one.move([0.46, 0.5])
    two.down([0.55, 0.5])
    two.move([0.7, 0.5])
    one.move([0.3, 0.5])
    one.up([0.3, 0.5])
    two.move([0.8, 0.6])
    two.up([0.8, 0.6])
    drag([0.5, 0.5], [0.6, 0.5])
    const [stroke, ...others] = (await finish())?.present.marks ?? []
    expect(others).toEqual([])
    if (stroke?.kind !== 'stroke') throw new Error('nothing was drawn')
    const [from, to] = [stroke.points[0], stroke.points.at(-1)]
    const stage = document.querySelector('.hands')?.clientWidth ?? 0
    // From nearby the same way is less of the picture.
    expect((to?.x ?? 0) - (from?.x ?? 0)).toBeLessThan((0.1 * 1200 * stage) / (stage - 48) / 2)
  })
})

describe('by the keys alone', () => {
  test('the photo is cropped, and it is said how', async () => {
    const { finish } = await open()
    const area = page.getByRole('application', { name: 'Part of the photo that stays' })
    await expect.element(area).toHaveAccessibleDescription(/Arrow keys/)
    page.getByRole('button', { name: 'Bottom right corner' }).element().focus()
    await userEvent.keyboard('{ArrowLeft}{ArrowUp}')
    await expect.element(page.getByText('1,176 × 776 pixels')).toBeInTheDocument()
    await userEvent.keyboard('{Shift>}{ArrowUp}{/Shift}')
    area.element().focus()
    await userEvent.keyboard('{ArrowRight}')
    const { crop } = (await finish())?.present.frame ?? {}
    expect(crop).toMatchObject({ x: near(-576.48), y: near(-400), width: near(1176), height: near(774.13) })
  })

  test('a region is hidden, moved, made larger and removed', async () => {
    const { finish } = await open()
    await choose('Hide')
    page.getByRole('button', { name: 'Add in the middle' }).element().focus()
    await userEvent.keyboard('{Enter}')
    const region = page.getByRole('application', { name: 'Hidden area' })
    await expect.element(region).toHaveFocus()
    await userEvent.keyboard('{ArrowRight}{ArrowRight}{Shift>}{ArrowDown}{/Shift}')
    await choose('Blur')
    const edits = await finish()
    expect(first(edits)).toMatchObject({
      kind: 'hidden',
      look: 'blur',
      box: { width: near(360), height: near(184), x: near(648) },
    })
    // What was done in a row with the same keys is one step.
    expect(edits?.past).toHaveLength(4)
  })

  test('what is removed is gone, and the keys still work', async () => {
    const { finish, seen } = await open()
    await choose('Hide')
    await page.getByRole('button', { name: 'Add in the middle' }).click()
    await expect.element(page.getByRole('application', { name: 'Hidden area' })).toHaveFocus()
    await userEvent.keyboard('{Delete}')
    await expect.element(page.getByRole('application', { name: 'Hidden area' })).not.toBeInTheDocument()
    await expect.element(page.getByText('Removed')).toBeInTheDocument()
    await userEvent.keyboard('{Control>}z{/Control}')
    await expect.element(page.getByRole('application', { name: 'Hidden area' })).toBeInTheDocument()
    expect(kinds(await finish())).toEqual(['hidden'])
    expect(seen.isDone).toBe(true)
  })

  test('text is written, changed, and gone when there is none', async () => {
    const { finish } = await open()
    await choose('Text')
    await page.getByRole('button', { name: 'Add in the middle' }).click()
    const entry = page.getByRole('textbox', { name: 'Text on the photo' })
    await expect.element(entry).toHaveFocus()
    await userEvent.keyboard('Привет{Escape}')
    const text = page.getByRole('application', { name: 'Text “Привет”' })
    await expect.element(text).toHaveFocus()
    await userEvent.keyboard('{Enter}')
    await expect.element(entry).toHaveValue('Привет')
    await userEvent.keyboard('{End}!{Control>}{Enter}{/Control}')
    await expect.element(page.getByRole('application', { name: 'Text “Привет!”' })).toHaveFocus()
    await page.getByRole('button', { name: 'Add in the middle' }).click()
    await userEvent.keyboard('{Escape}')
    await choose('Blue')
    await page.getByRole('switch', { name: 'Background' }).click()
    expect((await finish())?.present.marks).toMatchObject([
      { kind: 'text', text: 'Привет!', colour: '#f0323c', isFilled: false },
    ])
  })
})

test('text is put where one presses, dragged, and coloured while it is chosen', async () => {
  const { finish } = await open()
  await choose('Text')
  drag([0.5, 0.3])
  await userEvent.keyboard('Hi')
  drag([0.5, 0.8])
  await expect.element(page.getByRole('application', { name: 'Text “Hi”' })).toHaveFocus()
  drag([0.5, 0.3], [0.5, 0.5])
  await choose('Green')
  const text = first(await finish())
  expect(text).toMatchObject({ kind: 'text', text: 'Hi', colour: '#2fb457' })
  expect(text?.kind === 'text' && Math.round(text.y)).toBe(400)
})

describe('leaving', () => {
  test('asks first when something was done', async () => {
    const { seen } = await open()
    await page.getByRole('button', { name: 'Mirror' }).click()
    await page.getByRole('button', { name: 'Close the editor' }).click()
    const question = page.getByRole('alertdialog', { name: 'Discard the changes?' })
    await expect.element(question).toBeVisible()
    await question.getByRole('button', { name: 'Cancel' }).click()
    await expect.element(question).not.toBeInTheDocument()
    expect(seen.isClosed).toBe(false)
    await userEvent.keyboard('{Escape}')
    await question.getByRole('button', { name: 'Discard' }).click()
    await expect.poll(() => seen.isClosed).toBe(true)
    expect(seen.isDone).toBe(false)
  })

  test('asks nothing when nothing was done', async () => {
    const { seen } = await open()
    await userEvent.keyboard('{Escape}')
    await expect.poll(() => seen.isClosed).toBe(true)
  })
})

test('one goes on from where one left, and back to how it was at first', async () => {
  const before = await open()
  await page.getByRole('button', { name: 'Rotate by 90°' }).click()
  await choose('Draw')
  drag([0.45, 0.4], [0.55, 0.5])
  const edits = await before.finish()
  await before.screen.unmount()
  expect(edits?.past).toHaveLength(2)

  const again = await open({ edits })
  await page.getByRole('button', { name: 'Undo' }).click()
  const less = await again.finish()
  expect(less?.present).toMatchObject({ frame: { turns: 1 }, marks: [] })
  await again.screen.unmount()

  const last = await open({ edits: less })
  await page.getByRole('button', { name: 'Start over' }).click()
  expect(await last.finish()).toBeUndefined()
  expect(last.seen.isDone).toBe(true)
})

test('straightening is one step, however long one looks for it', async () => {
  const { finish } = await open()
  page.getByRole('slider', { name: 'Straighten' }).element().focus()
  await userEvent.keyboard('{ArrowRight}{ArrowRight}{ArrowRight}')
  await expect.element(page.getByRole('slider')).toHaveAttribute('aria-valuetext', '1.5°')
  await userEvent.keyboard('{Home}')
  const { present } = (await finish()) ?? {}
  expect(present?.frame.tilt).toBe(-45)
})

test('what is no photo is said to be none', async () => {
  await open({ file: new Blob(['hello'], { type: 'image/png' }) })
  await expect.element(page.getByRole('alert')).toHaveTextContent('The photo could not be opened.')
})

for (const [width, height] of [
  [320, 568],
  [1440, 900],
] as const) {
  for (const [theme, locale] of [
    ['light', 'en'],
    ['dark', 'ru'],
  ] as const) {
    test(`nothing stands in anybody’s way at ${width} pixels, ${theme}, ${locale}`, async () => {
      await page.viewport(width, height)
      await speak(locale)
      document.documentElement.dataset['theme'] = theme
      try {
        await render(PhotoEditor, {
          file: await photo(800, 1200),
          ondone: () => undefined,
          onclose: () => undefined,
        })
        const tools = page.getByRole('radiogroup', { name: locale === 'en' ? 'Tools' : 'Инструменты' })
        await expect.element(tools).toBeVisible()
        for (const tool of tools.getByRole('radio').elements()) {
          await userEvent.click(tool.closest('label') ?? tool)
          for (const group of page.getByRole('radiogroup').elements().slice(0, 1)) {
            await userEvent.click(group.querySelector('label:last-child') ?? group)
          }
          for (const button of page
            .getByRole('button', { name: /^(Add in the middle|Добавить в середину)$/ })
            .elements()) {
            await userEvent.click(button)
            await userEvent.keyboard('A{Escape}')
          }
          expect(await problems()).toEqual([])
          const dialog = document.querySelector('[role=dialog]')
          expect((dialog?.scrollWidth ?? 0) - (dialog?.clientWidth ?? 0)).toBe(0)
          // Nothing of the bars is cut off.
          for (const control of dialog?.querySelectorAll('header button, footer label, footer button') ??
            []) {
            const { left, right } = control.getBoundingClientRect()
            if (control.closest('.segmented')) continue
            expect(left, control.outerHTML).toBeGreaterThanOrEqual(0)
            expect(right, control.outerHTML).toBeLessThanOrEqual(width)
          }
        }
      } finally {
        await speak('en')
        delete document.documentElement.dataset['theme']
        await page.viewport(1280, 720)
      }
    })
  }
}
