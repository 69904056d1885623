import { redrawnPhoto, type Photo, type PhotoLimits, PHOTO_LIMITS } from '@/lib/photo'
import type { Edit } from './document'
import { snapped } from './geometry'
import { draw } from './render'

/** A photo with what was done to it, as it is sent: see `redrawnPhoto`. */
export function editedPhoto(
  file: Blob,
  edit: Edit,
  isOriginal: boolean,
  limits: PhotoLimits = PHOTO_LIMITS,
): Promise<Photo> {
  return redrawnPhoto(
    file,
    (bitmap) => {
      const size = { width: bitmap.width, height: bitmap.height }
      const frame = snapped(edit.frame, size)
      return {
        width: frame.crop.width,
        height: frame.crop.height,
        draw: (pen, scale) => draw(pen, { ...edit, frame }, { image: bitmap, size }, scale),
      }
    },
    isOriginal,
    limits,
  )
}
