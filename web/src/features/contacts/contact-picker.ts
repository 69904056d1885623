import type { Contact } from '@/lib/vcard'

interface ContactsManager {
  select(
    properties: readonly string[],
    options: { multiple: boolean },
  ): Promise<readonly { readonly name?: readonly string[] }[]>
}

declare global {
  interface Navigator {
    /** Of Chromium on phones. */
    readonly contacts?: ContactsManager
  }
}

/** The phone's own address book, where the browser can show it: a person chooses, nothing else is seen. */
export function pickContacts(): (() => Promise<Contact[]>) | undefined {
  const { contacts } = navigator
  if (!contacts) return undefined
  return async () => {
    const chosen = await contacts.select(['name'], { multiple: true })
    return chosen.flatMap(({ name }) => (name?.[0] ? [{ name: name[0], usernames: [] }] : []))
  }
}
