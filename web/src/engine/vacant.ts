/** The folder of the origin private file system in which the engine keeps everything. */
export const FOLDER = 'beseda'

/**
 * Whether the engine has never kept anything here. Then nobody lives here, and nobody has to wait until it has loaded and
 * says so. False where that can't be told.
 */
export async function isVacant(storage: Pick<StorageManager, 'getDirectory'>): Promise<boolean> {
  try {
    await (await storage.getDirectory()).getDirectoryHandle(FOLDER)
    return false
  } catch (error) {
    return error instanceof DOMException && error.name === 'NotFoundError'
  }
}
