import { m } from '@/i18n/index.svelte'
import type { SendKey } from '@/lib/settings'
import type { Shortcut } from '@/state/shortcuts.svelte'

/** Keys that belong to what has the focus, a row, a message or the text field: they are only listed here. */
export function elsewhere(sendKey: SendKey): readonly Shortcut[] {
  const of = (group: Shortcut['group']) => (keys: string, label: () => string) => ({ group, keys, label })
  const list = of('conversations')
  const message = of('messages')
  const writing = of('writing')
  const sendsByEnter = sendKey === 'enter'
  return [
    list('ArrowUp', () => m.shortcuts.row_up()),
    list('ArrowDown', () => m.shortcuts.row_down()),
    message('ArrowUp', () => m.shortcuts.message_up()),
    message('ArrowDown', () => m.shortcuts.message_down()),
    message('End', () => m.shortcuts.to_end()),
    message('R', () => m.message.reply()),
    message('E', () => m.message.edit()),
    message('F', () => m.message.forward()),
    message('Mod+C', () => m.message.copy()),
    message('Space', () => m.message.select()),
    message('Delete', () => m.message.delete()),
    message('Escape', () => m.shortcuts.to_writing()),
    writing(sendsByEnter ? 'Enter' : 'Mod+Enter', () => m.composer.send()),
    writing(sendsByEnter ? 'Shift+Enter' : 'Enter', () => m.shortcuts.new_line()),
    writing('ArrowUp', () => m.shortcuts.edit_last()),
    writing('Escape', () => m.shortcuts.give_up()),
    writing('Mod+B', () => m.composer.bold()),
    writing('Mod+I', () => m.composer.italic()),
    writing('Mod+Shift+X', () => m.composer.strike()),
    writing('Mod+E', () => m.composer.code()),
    writing('Mod+Shift+C', () => m.shortcuts.code_block()),
    writing('Mod+Shift+.', () => m.composer.quote()),
    writing('Mod+Shift+P', () => m.composer.spoiler()),
    writing('Mod+K', () => m.composer.link()),
  ]
}
