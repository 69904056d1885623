// What a page had asked of its own engine, and what was not answered when both went away. Whoever has the engine next
// asks it again under the same key, so that nothing is lost on a quick reload, and nothing done twice.

import type { Command } from './types.gen'

const KEY = 'beseda.unanswered'

/** The engine knows the key of a command for a day. */
const A_DAY_MS = 24 * 60 * 60 * 1000

export interface Left {
  readonly key: string
  readonly command: Command
}

/** Nobody misses the others, or they hold a password or a phrase, which must not lie about. */
const MISSED: ReadonlySet<string> = new Set<Command['command']>([
  'acknowledge_warning',
  'add_members',
  'answer_stranger',
  'block',
  'clear_files',
  'close_once',
  'create_group',
  'delete',
  'delete_folder',
  'discard',
  'edit',
  'favourite_sticker',
  'forget_drive',
  'forward',
  'install_pack',
  'keep',
  'keep_gif',
  'leave',
  'limit_files',
  'make_folder',
  'mark_read',
  'move_folder',
  'move_pack',
  'nickname',
  'pin',
  'publish_pack',
  'react',
  'remove_device',
  'remove_member',
  'remove_pack',
  'rename_drive',
  'rename_folder',
  'renew_group',
  'retry',
  'save_draft',
  'save_pack',
  'send',
  'send_sticker',
  'set_fetch_rules',
  'set_info',
  'set_permissions',
  'set_privacy',
  'set_profile',
  'set_role',
  'set_username',
  'stop_place',
  'transfer_ownership',
  'verify',
])

type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/** Keeps what is worth it, behind what is kept already. */
export function leave(shelf: Shelf, asked: readonly Left[], now: number): void {
  const worth = asked.filter(({ command }) => MISSED.has(command.command))
  if (worth.length === 0) return
  shelf.setItem(KEY, JSON.stringify({ at: now, asked: [...look(shelf, now), ...worth] }))
}

/** Takes what was left, in the order of the calls. */
export function take(shelf: Shelf, now: number): readonly Left[] {
  const asked = look(shelf, now)
  forget(shelf)
  return asked
}

export function forget(shelf: Shelf): void {
  shelf.removeItem(KEY)
}

function look(shelf: Shelf, now: number): readonly Left[] {
  try {
    const kept: unknown = JSON.parse(shelf.getItem(KEY) ?? 'null')
    return isKept(kept) && now - kept.at < A_DAY_MS ? kept.asked.filter(isLeft) : []
  } catch {
    return []
  }
}

const isKept = (value: unknown): value is { at: number; asked: readonly unknown[] } =>
  typeof value === 'object' &&
  value !== null &&
  'at' in value &&
  typeof value.at === 'number' &&
  'asked' in value &&
  Array.isArray(value.asked)

const isLeft = (value: unknown): value is Left =>
  typeof value === 'object' &&
  value !== null &&
  'key' in value &&
  typeof value.key === 'string' &&
  'command' in value &&
  typeof value.command === 'object' &&
  value.command !== null &&
  'command' in value.command &&
  typeof value.command.command === 'string' &&
  MISSED.has(value.command.command)
