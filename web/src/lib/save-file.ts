/** Lets the browser save a text as a file. */
export function saveText(name: string, text: string): void {
  saveFile(name, new Blob([text], { type: 'text/plain;charset=utf-8' }))
}

/** Long enough for a browser to ask where to, and to take the bytes. */
const TAKEN_AFTER_MS = 60_000

/** Lets the browser save a file. Nothing in it is shown or run. */
export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), TAKEN_AFTER_MS)
}
