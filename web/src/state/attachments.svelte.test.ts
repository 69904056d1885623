import { expect, test } from 'vitest'
import { world } from '@/engine/sample'
import { freshEdit, withFrame, type Edit } from '@/lib/edit/document'
import { shaped, turned } from '@/lib/edit/geometry'
import { begun, changed } from '@/lib/edit/history'
import { Attachments } from './attachments.svelte'
import { Engine } from './engine.svelte'

const PICTURE = { width: 300, height: 200 }

async function chosen(as: 'photo' | 'original', type = 'image/png') {
  const canvas = new OffscreenCanvas(PICTURE.width, PICTURE.height)
  const pen = canvas.getContext('2d')
  pen?.fillRect(0, 0, 300, 200)
  const file = new File([await canvas.convertToBlob({ type })], 'a.png', { type })
  const { engine } = world([], [])
  const attachments = new Attachments(new Engine(engine))
  attachments.add([file], as)
  const [attached] = attachments.all
  if (!attached) throw new Error('nothing was added')
  await expect.poll(() => attached.file).toBeDefined()
  return { engine, attachments, attached, file }
}

const TURNED = withFrame(freshEdit(PICTURE), turned(freshEdit(PICTURE).frame))
const edits = (edit: Edit) => changed(begun(freshEdit(PICTURE)), edit)

test('an edited photo takes the place of what was to be sent, and can be edited again', async () => {
  const { attachments, attached, engine, file } = await chosen('photo')
  const before = { file: attached.file, url: attached.url }
  expect(attached.canBeEdited).toBe(true)

  attachments.edit(attached, edits(TURNED))
  expect(attachments.isBusy).toBe(true)
  const [taken] = await attachments.take()
  expect(taken).toBe(attached)
  expect(attached.media).toEqual({ k: 'photo', w: 200, h: 300 })
  expect(attached.type).toBe('image/jpeg')
  expect(attached.url).not.toBe(before.url)
  expect(engine.commands).toContainEqual({ command: 'forget_file', file: before.file })
  expect(engine.files.get(attached.file ?? 0)?.type).toBe('image/jpeg')

  // The source is what it was, and so is what was done to it.
  expect(attached.source).toBe(file)
  expect(attached.edits?.present).toBe(TURNED)
  attachments.restore([attached])
  attachments.edit(attached, undefined)
  await attachments.take()
  expect(attached.media).toEqual({ k: 'photo', w: 300, h: 200 })
})

test('what is to stay as good as it was does so when it is edited', async () => {
  const { attachments, attached } = await chosen('original')
  attachments.edit(attached, edits(TURNED))
  await attachments.take()
  expect(attached.type).toBe('image/png')
  expect(attached.media).toEqual({ k: 'photo', w: 200, h: 300 })
})

test('only the last of several edits is sent', async () => {
  const { attachments, attached, engine } = await chosen('photo')
  const square = withFrame(TURNED, shaped(TURNED.frame, 1, PICTURE))
  attachments.edit(attached, edits(TURNED))
  attachments.edit(attached, edits(square))
  await attachments.take()
  expect(attached.media).toEqual({ k: 'photo', w: 200, h: 200 })
  const bitmap = await createImageBitmap(engine.files.get(attached.file ?? 0) ?? new Blob())
  expect([bitmap.width, bitmap.height]).toEqual([200, 200])
})

test('a photo whose edit can’t be drawn is not sent as it was', async () => {
  const { attachments, attached } = await chosen('photo')
  // Nothing is decoded of a file that is gone, as on a drive that was taken out.
  Object.defineProperty(attached, 'source', { value: new File(['gone'], 'a.png', { type: 'image/png' }) })
  attachments.edit(attached, edits(TURNED))
  await expect.poll(() => attached.isBroken).toBe(true)
  expect(attached.file).toBeUndefined()
  expect(attached.canBeEdited).toBe(false)
})

test('what moves can’t be edited', async () => {
  const gif = Uint8Array.from(atob('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'), (letter) =>
    letter.charCodeAt(0),
  )
  // The same frame once more.
  const moving = Uint8Array.from([...gif.subarray(0, -1), ...gif.subarray(19)])
  const attachments = new Attachments(new Engine(world([], []).engine))
  attachments.add([new File([moving], 'a.gif', { type: 'image/gif' })], 'photo')
  const [attached] = attachments.all
  await expect.poll(() => attached?.file).toBeDefined()
  expect(attached?.isPicture).toBe(true)
  expect(attached?.canBeEdited).toBe(false)
})
