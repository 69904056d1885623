/** The folder of the origin private file system in which all files are: sealed, opened, or being made. */
export const FILES = 'beseda-files'

/** Before the name of a file that is being made. Like all that nobody keeps, what was forgotten goes when the app starts. */
export const MAKING = 'making-'

/** The folder itself; there is one from now on. */
export async function filesFolder(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory()
  return await root.getDirectoryHandle(FILES, { create: true })
}
