/** Whether somebody wants nothing to move that they did not ask for. */
export const isCalm = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches

/** A picture that moves, as it begins. Rejects if it is none. */
export async function firstFrame(moving: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(moving)
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0)
  bitmap.close()
  return await canvas.convertToBlob()
}
