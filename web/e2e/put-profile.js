/** As much as the browser's own protocol takes at once. */
const CHUNK = 32 * 1024 * 1024

/**
 * Puts a database where the engine will find it: a slot of its pool is a head of 4096 bytes and the file. No engine may run
 * on the page's origin.
 * @param {import('@playwright/test').Page} page
 * @param {Buffer} database
 */
export async function putProfile(page, database) {
  const head = Buffer.alloc(4096)
  head.write('engine.db')
  // A main database that is read, written and created.
  head.writeUInt32BE(0x100 | 0x2 | 0x4, 512)
  const slot = Buffer.concat([head, database])
  for (let position = 0; position < slot.length; position += CHUNK) {
    const base64 = slot.subarray(position, position + CHUNK).toString('base64')
    await page.evaluate(
      async ({ base64, position }) => {
        const data = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
        const root = await navigator.storage.getDirectory()
        const pool = await root.getDirectoryHandle('beseda', { create: true })
        const slots = await pool.getDirectoryHandle('.opaque', { create: true })
        const file = await slots.getFileHandle('before', { create: true })
        const writer = await file.createWritable({ keepExistingData: true })
        await writer.write({ type: 'write', position, data })
        await writer.close()
      },
      { base64, position },
    )
  }
}
