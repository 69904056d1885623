import type { AccountView } from '@/engine/port'
import type { Contact } from '@/lib/vcard'

export interface Matched {
  readonly known: readonly { readonly contact: Contact; readonly person: AccountView }[]
  readonly others: readonly Contact[]
}

const fold = (name: string) => name.trim().toLocaleLowerCase().normalize('NFKC').replaceAll(/\s+/g, ' ')

/** Which contacts are people who are known here: by username, else by a name that only one of them has. */
export function match(contacts: readonly Contact[], people: readonly AccountView[]): Matched {
  const known: { contact: Contact; person: AccountView }[] = []
  const others: Contact[] = []
  for (const contact of contacts) {
    const byUsername = people.find(
      ({ username }) => username !== null && contact.usernames.includes(username),
    )
    const byName = people.filter(({ name }) => fold(name) === fold(contact.name))
    const person = byUsername ?? (byName.length === 1 ? byName[0] : undefined)
    if (person && !known.some((one) => one.person.account === person.account)) known.push({ contact, person })
    else others.push(contact)
  }
  return { known, others }
}
