/** The folder of the origin private file system in which all files are: sealed, opened, or being made. */
export const FILES = 'beseda-files'

/** Before the name of a file that is being made. Like all that nobody keeps, what was forgotten goes when the app starts. */
export const MAKING = 'making-'
