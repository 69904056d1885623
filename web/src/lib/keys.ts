/** A key press by what is printed on a Latin keyboard: "Mod+K", "Escape", "?", "Alt+ArrowUp". Mod is Ctrl, or ⌘ on a Mac. */
export type Keys = string

type Pressed = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>

/** The key's name. In another script's layout a letter is known by its place: Ctrl+Л is Ctrl+K. */
function nameOf({ key, code }: Pressed): string {
  if (/^[\x20-\x7e]$/.test(key)) return key.toUpperCase()
  const letter = /^Key([A-Z])$/.exec(code)?.[1]
  return key.length === 1 && letter !== undefined ? letter : key
}

export function matches(keys: Keys, event: Pressed, mac: boolean): boolean {
  const parts = keys.split('+')
  const key = parts.pop() ?? ''
  const wanted = new Set(parts)
  const mod = mac ? event.metaKey : event.ctrlKey
  const otherMod = mac ? event.ctrlKey : event.metaKey
  // Signs as "?" already have their Shift in them.
  const shift = /^[A-Z0-9]$|^\w{2,}$/.test(key) ? event.shiftKey === wanted.has('Shift') : true
  return (
    nameOf(event) === key &&
    mod === wanted.has('Mod') &&
    !otherMod &&
    event.altKey === wanted.has('Alt') &&
    shift
  )
}

const MAC_SIGNS: Readonly<Record<string, string>> = { Mod: '⌘', Alt: '⌥', Shift: '⇧' }
const SIGNS: Readonly<Record<string, string>> = {
  Mod: 'Ctrl',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  Delete: 'Del',
  Space: '␣',
  PageUp: 'Page Up',
  PageDown: 'Page Down',
}

/** The keys one by one, as they are written on this machine's keyboard. */
export function written(keys: Keys, mac: boolean): string[] {
  return keys.split('+').map((key) => (mac ? MAC_SIGNS[key] : undefined) ?? SIGNS[key] ?? key)
}
