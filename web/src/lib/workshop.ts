// Where a film is made: in memory, or, where it is too large for that, in a file.
import { BufferTarget, StreamTarget, type StreamTargetChunk, type Target } from 'mediabunny'
import { filesFolder, MAKING } from '@/engine/folder'

export interface Workshop {
  readonly target: Target
  /** What was made, once it is finished. */
  readonly content: (type: string) => Promise<Blob>
  /** Nobody needs it any more, finished or not. */
  readonly erase: () => Promise<void>
}

export function inMemory(): Workshop {
  const target = new BufferTarget()
  return {
    target,
    content: (type) => Promise.resolve(new Blob(target.buffer ? [target.buffer] : [], { type })),
    erase: () => Promise.resolve(),
  }
}

/** Undefined where the browser has no such files, or does not let a page write them. */
export async function inFile(): Promise<Workshop | undefined> {
  const name = MAKING + crypto.randomUUID()
  try {
    const folder = await filesFolder()
    const handle = await folder.getFileHandle(name, { create: true })
    const file = await handle.createWritable()
    // Who writes into a stream keeps it; the file stays one's own, to be given up at any time.
    const stream = new WritableStream<StreamTargetChunk>({
      write: (chunk) => file.write(chunk),
      close: () => file.close(),
    })
    return {
      target: new StreamTarget(stream, { chunked: true }),
      content: async (type) => {
        const made = await handle.getFile()
        return made.slice(0, made.size, type)
      },
      erase: async () => {
        await file.abort().catch(() => undefined)
        // What can't be erased now goes when the app starts again.
        await folder.removeEntry(name).catch(() => undefined)
      },
    }
  } catch {
    return undefined
  }
}
