type Property = 'name' | 'tel' | 'email'
type Picked = Readonly<Partial<Record<Property, readonly string[]>>>

interface ContactsManager {
  select(properties: readonly Property[], options: { multiple: boolean }): Promise<readonly Picked[]>
}

declare global {
  interface Navigator {
    /** Of Chromium on phones. */
    readonly contacts?: ContactsManager
  }
}

/** Somebody of the phone's own address book, with what was asked for. */
export interface BookContact {
  readonly name: string
  readonly phones: readonly string[]
  readonly emails: readonly string[]
}

/**
 * The phone's own address book, where the browser can show it: a person chooses, nothing else is seen. Undefined elsewhere. Those
 * without a name are left out.
 */
export function addressBook(
  properties: readonly Property[],
): (() => Promise<readonly BookContact[]>) | undefined {
  const { contacts } = navigator
  if (!contacts) return undefined
  return async () => {
    const chosen = await contacts.select(properties, { multiple: true })
    return chosen.flatMap(({ name, tel = [], email = [] }) =>
      name?.[0] ? [{ name: name[0], phones: [...new Set(tel)], emails: [...new Set(email)] }] : [],
    )
  }
}
