/*
 * The profile's database as it lies in the origin private file system, read without the lock that the engine's worker
 * holds: a copy, taken in one piece or not at all. SQLite's pool keeps each file in a slot of its own: a header with the
 * file's name, then, from a whole sector on, its bytes.
 */

const FOLDER = 'beseda'
const SLOTS = '.opaque'
const DATABASE = 'engine.db'
const NAME_BYTES = 512
const SECTOR = 4096
/** A worker may not take more memory than phones give it. */
const MOST_BYTES = 256 * 1024 * 1024
/** Where SQLite counts the transactions of a database, in its header. */
const COUNTER = { at: SECTOR + 24, bytes: 4 }

/** The database's bytes; undefined if there is none, or it can't be read as one piece. */
export async function profile(root: FileSystemDirectoryHandle): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const slots = await (await root.getDirectoryHandle(FOLDER)).getDirectoryHandle(SLOTS)
    const found = await open(slots)
    if (!found) return undefined
    const bytes = new Uint8Array(await found.slice(SECTOR).arrayBuffer())
    // The engine may have written meanwhile.
    const after = await open(slots)
    return after && (await counterOf(after)) === (await counterOf(found)) ? bytes : undefined
  } catch {
    // There is no profile, or somebody writes to it: the file that was looked at is not there any more.
    return undefined
  }
}

/** The database as it is now, if no transaction is under way. */
async function open(slots: FileSystemDirectoryHandle): Promise<File | undefined> {
  const files = new Map<string, File>()
  for await (const handle of slots.values()) {
    if (!(handle instanceof FileSystemFileHandle)) continue
    const file = await handle.getFile()
    files.set(await nameOf(file), file)
  }
  const database = files.get(DATABASE)
  const journal = files.get(`${DATABASE}-journal`)
  if (!database || database.size <= SECTOR || database.size > MOST_BYTES) return undefined
  // A journal that is not empty: a transaction is under way, or was when a worker was killed.
  return journal && journal.size > SECTOR ? undefined : database
}

async function counterOf(database: File): Promise<number> {
  const bytes = await database.slice(COUNTER.at, COUNTER.at + COUNTER.bytes).arrayBuffer()
  return new DataView(bytes).getUint32(0)
}

async function nameOf(slot: File): Promise<string> {
  const bytes = new Uint8Array(await slot.slice(0, NAME_BYTES).arrayBuffer())
  const end = bytes.indexOf(0)
  const name = new TextDecoder().decode(bytes.subarray(0, end < 0 ? bytes.length : end))
  return name.replace(/^\//, '')
}
