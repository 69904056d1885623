import { tick } from 'svelte'

/** What a browser tells that somebody wants to close what is open; not every one has it. */
interface Watcher {
  onclose: (() => void) | null
  destroy(): void
}
declare global {
  interface Window {
    CloseWatcher?: new () => Watcher
  }
}

/** What lies over the page: windows, what is chosen from, menus. */
const OVER = ['dialog', 'alertdialog', 'menu']
  .map((role) => `[role=${role}]:not([data-state=closed])`)
  .join(', ')

const topmost = () => [...document.querySelectorAll(OVER)].at(-1)

/** Whoever lies over the page knows what Escape means there, and which of several it means. */
const escape = (over: Element) =>
  over.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }))

/**
 * While something lies over the page, Back takes that away, as Escape does, and leaves the place only when nothing does.
 * Where a browser does not ask the page, it leaves the place. Ends with the returned function.
 */
export function closeByBack(): () => void {
  const ends = [askedByBrowser(), matchMedia('(pointer: coarse)').matches ? askedByPhone() : undefined]
  return () => {
    for (const end of ends) end?.()
  }
}

/** A step back in the browser, as long as it would stay in this document. */
function askedByBrowser(): (() => void) | undefined {
  if (!('navigation' in window)) return undefined
  const { navigation } = window

  function onnavigate(event: NavigateEvent) {
    // What the app itself does knows what it closes; a person can't be kept from leaving twice in a row.
    if (event.navigationType !== 'traverse' || !event.userInitiated || !event.cancelable) return
    if (event.destination.index >= (navigation.currentEntry?.index ?? 0)) return
    const over = topmost()
    if (!over) return
    event.preventDefault()
    escape(over)
  }

  navigation.addEventListener('navigate', onnavigate)
  return () => navigation.removeEventListener('navigate', onnavigate)
}

/** The button or gesture of a phone, which is asked for what is open before it is a step back. */
function askedByPhone(): (() => void) | undefined {
  const Kind = window.CloseWatcher
  if (!Kind) return undefined
  let watcher: Watcher | undefined

  const look = () => {
    if (!topmost()) {
      watcher?.destroy()
      watcher = undefined
    } else if (!watcher) {
      watcher = new Kind()
      watcher.onclose = () => {
        watcher = undefined
        const over = topmost()
        if (over) escape(over)
        // Another may lie below, or it may have closed but a part of itself.
        void tick().then(look)
      }
    }
  }

  // All of them are put at the end of the page.
  const observer = new MutationObserver(look)
  observer.observe(document.body, { childList: true })
  look()
  return () => {
    observer.disconnect()
    watcher?.destroy()
  }
}
