// A camera that looks at a picture.

import { writeFileSync } from 'node:fs'
import type { Locator } from '@playwright/test'

const WIDTH = 640
const HEIGHT = 480

/** Writes a film (YUV4MPEG2) in which a camera sees a part of a page, as large as fits. */
export async function film(seen: Locator, file: string): Promise<void> {
  const picture = (await seen.screenshot()).toString('base64')
  const grey = await seen.page().evaluate(
    async ({ picture, width, height }) => {
      const bytes = Uint8Array.from(atob(picture), (c) => c.charCodeAt(0))
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
      const pen = new OffscreenCanvas(width, height).getContext('2d')
      if (!pen) throw new Error('no canvas')
      pen.fillStyle = 'silver'
      pen.fillRect(0, 0, width, height)
      const side = Math.min(width, height) - 80
      pen.drawImage(bitmap, (width - side) / 2, (height - side) / 2, side, side)
      const { data } = pen.getImageData(0, 0, width, height)
      return Array.from({ length: width * height }, (_, at) => data[at * 4 + 1] ?? 0)
    },
    { picture, width: WIDTH, height: HEIGHT },
  )
  const colourless = Buffer.alloc((WIDTH * HEIGHT) / 2, 128)
  const frame = Buffer.concat([Buffer.from('FRAME\n'), Buffer.from(grey), colourless])
  const head = Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`)
  writeFileSync(file, Buffer.concat([head, frame, frame]))
}

/** What Chromium is started with to have such a camera, which everybody may use. */
export const camera = (file: string): readonly string[] => [
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  `--use-file-for-fake-video-capture=${file}`,
]
