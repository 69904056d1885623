import type { ConversationId, MessageRef, PackDraft, PackSource, PackView } from '@/engine/port'
import { EngineFailure } from '@/engine/port'
import { fromUrlSafe, toUrlSafe } from '@/lib/base64'
import type { Engine } from '@/state/engine.svelte'

/** Seals what a pack says of itself, and has it brought to the server with all that belongs to it. */
async function publish(engine: Engine, pack: string, isPublic: boolean): Promise<void> {
  const content = await engine.ask({ query: 'pack_content', pack })
  const bytes = content === null ? undefined : fromUrlSafe(content)
  if (!bytes) throw new EngineFailure({ kind: 'not_found' })
  const file = await engine.seal(new Blob([bytes]))
  await engine.do({ command: 'publish_pack', pack, file, public: isPublic })
}

/** Makes a pack, or changes one; which it is. */
export async function savePack(
  engine: Engine,
  pack: string | null,
  draft: PackDraft,
  isPublic: boolean,
): Promise<string | undefined> {
  const saved = await engine.do({ command: 'save_pack', pack, draft })
  if (saved.outcome !== 'pack') return undefined
  await publish(engine, saved.pack, isPublic)
  return saved.pack
}

/** Where a page ended in between, the last step is made up for. */
export async function finishPack(engine: Engine, pack: PackView): Promise<void> {
  if (pack.kind === 'own' && pack.link === null) await publish(engine, pack.pack, pack.public)
}

/** Finds a pack, fetches what it says of itself, and reads it; which it is. */
export async function openPack(engine: Engine, source: PackSource): Promise<string> {
  const found = await engine.do({ command: 'open_pack', source })
  if (found.outcome === 'pack') return found.pack
  if (found.outcome !== 'file') throw new EngineFailure({ kind: 'not_found' })
  const { file } = found
  await whenHere(engine, file)
  const content = toUrlSafe(new Uint8Array(await (await engine.open(file)).arrayBuffer()))
  const read = await engine.do({ command: 'read_pack', file, content })
  if (read.outcome !== 'pack') throw new EngineFailure({ kind: 'not_found' })
  return read.pack
}

function whenHere(engine: Engine, file: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = async () => {
      const at = (await engine.ask({ query: 'file', file }))?.at
      if (at?.state === 'here') resolve()
      else if (at?.state === 'failed') reject(new EngineFailure(at.why))
      else return
      stop()
    }
    const stop = engine.listen((notice) => {
      if (notice.notice === 'file' && notice.about === file) void look().catch(reject)
    })
    void look().catch(reject)
  })
}

export const sendSticker = (
  engine: Engine,
  conversation: ConversationId,
  file: number,
  emoji: string | null,
  replyTo: MessageRef | null,
): Promise<unknown> => engine.do({ command: 'send_sticker', conversation, file, emoji, reply_to: replyTo })
