import { expect, test } from 'vitest'
import { firstFrame } from './first-frame'

/** Of two frames, red and green. */
const GIF =
  'R0lGODlhAgACAJEAAP8AAAD/AAAA////ACH/C05FVFNDQVBFMi4wAwEAAAAh+QQECgAAACwAAAAAAgACAAACAoRRACH5BAQKAAAALAAAAAACAAIAAAIClFEAOw=='

test('what moves is shown as it begins, and does not move', async () => {
  const bytes = Uint8Array.from(atob(GIF), (letter) => letter.charCodeAt(0))
  const still = await firstFrame(new Blob([bytes]))
  expect(still.type).toBe('image/png')
  const bitmap = await createImageBitmap(still)
  const pen = new OffscreenCanvas(2, 2).getContext('2d')
  pen?.drawImage(bitmap, 0, 0)
  expect([bitmap.width, bitmap.height, ...(pen?.getImageData(0, 0, 1, 1).data ?? [])]).toEqual([
    2, 2, 255, 0, 0, 255,
  ])
})

test('what is no picture has no beginning', async () => {
  await expect(firstFrame(new Blob(['no picture']))).rejects.toThrow()
})
