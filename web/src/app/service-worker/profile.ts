/*
 * The profile's database as it lies in the origin private file system, read without the lock that the engine's worker
 * holds: a copy, taken in one piece or not at all. SQLite's pool keeps each file in a slot of its own: a header with the
 * file's name, then, from a whole sector on, its bytes.
 */

import type { Profile } from '@/engine/peek'
import { FOLDER } from '@/engine/vacant'

const SLOTS = '.opaque'
const DATABASE = 'engine.db'
const NAME_BYTES = 512
const SECTOR = 4096
/** A worker may not take more memory than phones give it. */
const MOST_BYTES = 256 * 1024 * 1024
/** Where SQLite counts the transactions of a database, in its header. */
const COUNTER = { at: SECTOR + 24, bytes: 4 }

/** The database's bytes; undefined if there is none, or it can't be read as one piece. */
export async function profile(root: FileSystemDirectoryHandle): Promise<Profile | undefined> {
  try {
    const slots = await (await root.getDirectoryHandle(FOLDER)).getDirectoryHandle(SLOTS)
    const found = await open(slots)
    if (!found) return undefined
    // The journal last: it has the old pages of whatever the database shows of a transaction that is not finished.
    const database = await contentOf(found.database)
    const journal = found.journal && (await contentOf(found.journal))
    // The engine may have written meanwhile.
    const after = await open(slots)
    if (!after || (await counterOf(after.database)) !== (await counterOf(found.database))) return undefined
    return { database, journal }
  } catch {
    // There is no profile, or somebody writes to it: the file that was looked at is not there any more.
    return undefined
  }
}

interface Files {
  readonly database: File
  /** Of a transaction that is under way, or was when a worker was killed. */
  readonly journal: File | undefined
}

async function open(slots: FileSystemDirectoryHandle): Promise<Files | undefined> {
  const files = new Map<string, File>()
  for await (const handle of slots.values()) {
    if (!(handle instanceof FileSystemFileHandle)) continue
    const file = await handle.getFile()
    files.set(await nameOf(file), file)
  }
  const database = files.get(DATABASE)
  const journal = files.get(`${DATABASE}-journal`)
  if (!database || database.size <= SECTOR || database.size > MOST_BYTES) return undefined
  return { database, journal: journal && journal.size > SECTOR ? journal : undefined }
}

async function contentOf(slot: File): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await slot.slice(SECTOR).arrayBuffer())
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
