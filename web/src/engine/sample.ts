// A small world for component tests and the bench: people, conversations, and a group with as many messages as one wants.
import { FakeEngine } from './fake'
import type { AccountView, Anchor, ConversationView, Deeds, Me, MessageView, TimelinePage } from './port'

export const ME = 'me-0000'
const MINUTE = 60_000

const NAMES = ['Анна Петрова', 'Bob Miller', 'Мария', 'Дядя Коля', 'Chloé', 'Степан Разин', 'Zoë', 'Лёша']
const WORDS =
  'завтра едем на дачу возьми хлеб и молоко а вечером чай с пирогом tomorrow we meet at the station bring the tickets please спасибо большое очень жду вас всех в гости'.split(
    ' ',
  )

/** Numbers that look like chance and are the same each time. */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

export const person = (n: number, more: Partial<AccountView> = {}): AccountView => ({
  account: `p-${n}`,
  name: NAMES[n % NAMES.length] ?? '',
  nickname: null,
  username: `person${n}`,
  picture: null,
  bio: '',
  status: '',
  root: null,
  verified: n === 0,
  identity_changed: false,
  blocked: false,
  asking: false,
  deleted: false,
  online: n % 3 === 0,
  last_seen: null,
  ...more,
})

export const message = (row: number, more: Partial<MessageView> = {}): MessageView => ({
  row,
  seq: row,
  message: { a: 'p-0', m: `m-${row}` },
  author_name: NAMES[0] ?? '',
  own: false,
  at: 0,
  body: { body: 'text', text: `message ${row}`, entities: [], attachments: [] },
  reply: null,
  forward: null,
  edited_at: null,
  reactions: [],
  pinned: false,
  disappears_at: null,
  timer: null,
  delivery: null,
  mentions_me: false,
  ...more,
})

export const conversation = (id: string, more: Partial<ConversationView> = {}): ConversationView => ({
  conversation: id,
  kind: 'direct',
  title: id,
  description: '',
  peer: null,
  picture: null,
  timer: null,
  readiness: 'ready',
  role: 'member',
  may_send: true,
  may_remove: more.kind !== 'notes' && (more.kind !== 'group' || more.readiness === 'left'),
  unread: 0,
  mentions: 0,
  last: null,
  at: 0,
  last_seq: 0,
  read: 0,
  own: { archived: false, unread: false, cleared_to: 0 },
  asks: 0,
  failed: 0,
  draft: '',
  typing: [],
  ...more,
})

/** As many messages as people exchange in a lively group, the last one now. */
export function talk(count: number, now: number): MessageView[] {
  const next = chance(7)
  const pick = (most: number) => Math.floor(next() * most)
  const rows: MessageView[] = []
  let at = now - count * 4 * MINUTE
  for (let row = 1; row <= count; row += 1) {
    at += next() < 0.6 ? pick(3) * 20_000 : pick(20) * MINUTE
    const who =
      next() < 0.45 && rows.length > 0
        ? (rows.at(-1)?.message.a ?? 'p-0')
        : next() < 0.3
          ? ME
          : `p-${pick(5)}`
    const own = who === ME
    const text = Array.from(
      { length: 1 + pick(next() < 0.15 ? 60 : 14) },
      () => WORDS[pick(WORDS.length)],
    ).join(' ')
    const answered = next() < 0.08 ? rows[rows.length - 1 - pick(Math.min(rows.length, 40))] : undefined
    rows.push(
      message(row, {
        message: { a: who, m: `m-${row}` },
        author_name: own ? 'Я' : (NAMES[Number(who.slice(2))] ?? ''),
        own,
        at: Math.min(at, now),
        body: {
          body: 'text',
          text,
          entities: next() < 0.05 ? [{ s: 0, n: text.indexOf(' '), k: 'bold' }] : [],
          attachments: [],
        },
        reply:
          answered?.body.body === 'text'
            ? {
                message: answered.message,
                author_name: answered.author_name,
                text: answered.body.text.slice(0, 160),
                attachment: null,
                row: answered.row,
              }
            : null,
        reactions:
          next() < 0.06 ? [{ emoji: '👍', accounts: ['p-0', 'p-1'].slice(0, 1 + pick(2)), mine: false }] : [],
        delivery: own ? { state: row > count - 3 ? 'delivered' : 'read' } : null,
      }),
    )
  }
  return rows
}

/** A page as the engine gives it. */
export function page(
  rows: readonly MessageView[],
  anchor: Anchor,
  limit: number,
  read: number,
): TimelinePage {
  const index = (row: number) => rows.findIndex((held) => held.row === row)
  const around = (at: number, before: number, after: number): TimelinePage => {
    const from = Math.max(0, at - before)
    const to = Math.min(rows.length, at + after)
    return {
      // Copies, as everything that comes from a worker is.
      messages: structuredClone(rows.slice(from, to)),
      more_before: from > 0,
      more_after: to < rows.length,
    }
  }
  const half = Math.floor(limit / 2)
  if (anchor === 'end') return around(rows.length, limit, 0)
  if (anchor === 'first_unread') {
    const first = rows.findIndex((row) => !row.own && (row.seq ?? 0) > read)
    return first < 0 ? around(rows.length, limit, 0) : around(first, half, limit - half)
  }
  if ('before' in anchor) return around(index(anchor.before), limit, 0)
  if ('after' in anchor) return around(index(anchor.after) + 1, 0, limit)
  if ('around' in anchor) return around(index(anchor.around), half, limit - half)
  const first = rows.findIndex((row) => row.at >= anchor.since)
  return first < 0 ? around(rows.length, limit, 0) : around(first, half, limit - half)
}

export const deeds = (own: boolean): Deeds => ({
  reply: true,
  react: true,
  edit: own,
  forward: true,
  pin: true,
  delete_for_all: own,
  retry: false,
})

const me: Me = {
  account: ME,
  device: 'd-0',
  server: '',
  username: 'me',
  picture: null,
  has_phone: false,
  phone: null,
  profile: { name: 'Я', bio: '', status: '', status_until: null },
  privacy: {
    requests: 'everyone',
    group_adds: 'everyone',
    presence: 'everyone',
    read_marks: true,
    searchable: true,
  },
  blocked: [],
  root: '',
  signed_out: false,
}

/** What one conversation needs: its rows may be changed, and `changed` tells the app so. */
export interface World {
  readonly engine: FakeEngine
  readonly rows: MessageView[]
  readonly people: AccountView[]
  conversations: ConversationView[]
  changed(conversation: string): void
}

/** An engine that knows these conversations; the first of them has these messages. */
export function world(rows: MessageView[], conversations: ConversationView[]): World {
  const people = Array.from({ length: 8 }, (_, n) => person(n))
  const here: World = {
    rows,
    people,
    conversations,
    engine: new FakeEngine({
      connection: () => 'online',
      me: () => me,
      phrase: () => null,
      warnings: () => [],
      people: () => people,
      person: ({ account }) => people.find((one) => one.account === account) ?? person(0),
      conversations: () => here.conversations,
      folders: () => [],
      stickers: () => ({ packs: [], favourites: [], recent: [], gifs: [] }),
      live_shares: () => [],
      pack: () => null,
      pack_content: () => null,
      conversation: ({ conversation }) =>
        here.conversations.find((one) => one.conversation === conversation) ?? null,
      timeline: ({ conversation, anchor, limit }) => {
        const of = here.conversations.find((one) => one.conversation === conversation)
        return page(
          of === here.conversations[0] ? here.rows : of?.last ? [of.last] : [],
          anchor,
          limit,
          of?.read ?? 0,
        )
      },
      message: ({ row }) => here.rows.find((one) => one.row === row) ?? null,
      deeds: ({ row }) => deeds(here.rows.find((one) => one.row === row)?.own ?? false),
      details: ({ row }) => {
        const found = here.rows.find((one) => one.row === row)
        return found
          ? {
              message: found,
              delivered_to: ['p-0', 'p-1'],
              read_by: ['p-0'],
              opened_by: [],
              generation: 1,
              epoch: 12,
              history: [],
            }
          : null
      },
      pins: () => here.rows.filter((one) => one.pinned).toReversed(),
      members: () => ({
        members: people.slice(0, 5).map((who) => ({
          who,
          role: 'member' as const,
          devices: 1,
          may_remove: false,
          may_become: [],
          may_inherit: false,
        })),
        may: {
          add: true,
          edit_info: true,
          pin: true,
          delete_others: false,
          change_permissions: false,
          leave: true,
        },
        permissions: {
          send: 'member',
          add_members: 'member',
          remove_members: 'admin',
          edit_info: 'admin',
          pin: 'admin',
          delete_others: 'admin',
          change_roles: 'admin',
          change_permissions: 'owner',
        },
      }),
      markup: ({ source }) => ({ text: source, entities: [] }),
      source: ({ text }) => text,
      search: ({ search }) =>
        here.rows
          .filter((one) => one.body.body === 'text' && one.body.text.includes(search.text))
          .slice(-search.limit)
          .toReversed()
          .map((found) => ({
            conversation: here.conversations[0]?.conversation ?? '',
            message: found,
            files: [],
            matches: [
              [
                found.body.body === 'text'
                  ? Array.from(found.body.text.split(search.text)[0] ?? '').length
                  : 0,
                search.text.length,
              ],
            ],
          })),
    }),
    changed(conversation) {
      this.engine.tell({ notice: 'timeline', about: conversation })
      this.engine.tell({ notice: 'conversation', about: conversation })
    },
  }
  return here
}
