// The conversations on a fake engine with 50,000 messages: for looking at, and for measuring (scroll.js).
import '@/styles/index.css'
import { mount } from 'svelte'
import { conversation, ME, message, talk, world } from '@/engine/sample'
import { speak } from '@/i18n/index.svelte'
import Chat from './Chat.svelte'
import { composeChat } from './compose'

const asked = new URLSearchParams(location.search)
const now = Date.now()
const rows = talk(Number(asked.get('rows') ?? 50_000), now)
const last = rows.at(-1)

function decorate(): void {
  const at = rows.length - 12
  const change = (index: number, more: Partial<(typeof rows)[number]>) => {
    const row = rows[index]
    if (row) rows[index] = { ...row, ...more }
  }
  change(at, { pinned: true })
  change(at + 1, { body: { body: 'system', event: { event: 'added', accounts: ['p-3', 'p-4'] } } })
  change(at + 2, {
    body: {
      body: 'text',
      text: 'bold italic struck code spoiler @anna https://beseda.example/path\nA wise quotation\nfn main() {\n    println!("hello");\n}',
      entities: [
        { s: 0, n: 4, k: 'bold' },
        { s: 5, n: 6, k: 'italic' },
        { s: 12, n: 6, k: 'strike' },
        { s: 19, n: 4, k: 'code' },
        { s: 24, n: 7, k: 'spoiler' },
        { s: 32, n: 5, k: { mention: { account: 'p-0' } } },
        { s: 67, n: 16, k: 'quote' },
        { s: 84, n: 38, k: { block: { language: 'rust' } } },
      ],
    },
  })
  change(at + 3, { body: { body: 'unreadable', why: 'key_gone', healing: 'asked' } })
  change(at + 4, { body: { body: 'deleted', by: 'p-1' } })
  change(at + 5, {
    forward: { n: 'Дядя Коля', t: now },
    edited_at: now,
    timer: { s: 3600, f: 'read' },
    disappears_at: now + 3_000_000,
  })
  change(at + 6, { body: { body: 'text', text: '🎉🥳', entities: [] } })
  const own = { own: true, author_name: 'Я', message: { a: ME, m: 'x' } }
  change(at + 9, {
    ...own,
    message: { a: ME, m: 'x1' },
    delivery: { state: 'failed', why: { kind: 'unreachable' } },
  })
  change(at + 10, { ...own, message: { a: ME, m: 'x2' }, delivery: { state: 'queued' }, seq: null })
  change(at + 11, {
    ...own,
    message: { a: ME, m: 'x3' },
    delivery: { state: 'sent' },
    reactions: [
      { emoji: '❤️', accounts: ['p-0', 'p-1', ME], mine: true },
      { emoji: '😂', accounts: ['p-2'], mine: false },
    ],
  })
}
if (asked.has('plain')) void 0
else decorate()

const said = (text: string, more = {}) =>
  message(1, { at: now - 3_600_000, body: { body: 'text', text, entities: [] }, ...more })
const many = Array.from({ length: Number(asked.get('more') ?? 12) }, (_, n) =>
  conversation(`c-${n}`, {
    title: ['Семья', 'Дача 2026', 'Book club', 'Work', 'Соседи'][n % 5] ?? '',
    kind: n % 2 === 0 ? 'group' : 'direct',
    peer: n % 2 === 0 ? null : `p-${n % 8}`,
    last: said('Хорошо, тогда до завтра!', { at: now - n * 7_000_000 }),
    at: now - n * 7_000_000,
    unread: n === 2 ? 12 : 0,
    own: { archived: n === 11, unread: n === 5, cleared_to: 0, muted_until: n === 3 ? now + 1e9 : null },
  }),
)
const here = world(rows, [
  conversation('talk', {
    kind: 'group',
    title: 'Пекарня «Колос» / Bakery',
    last: last ?? null,
    at: now,
    last_seq: rows.length,
    read: asked.has('unread') ? rows.length - 7 : rows.length,
    unread: asked.has('unread') ? 7 : 0,
    mentions: asked.has('unread') ? 1 : 0,
    own: { archived: false, unread: false, cleared_to: 0, pinned: 1 },
  }),
  conversation('typing', {
    title: 'Анна Петрова',
    peer: 'p-0',
    typing: ['p-0'],
    last: said('До завтра'),
    at: now - 60_000,
  }),
  conversation('request', {
    title: 'Незнакомец',
    peer: 'p-5',
    readiness: 'request_received',
    unread: 1,
    last: said('Здравствуйте! Мы виделись на ярмарке.'),
    at: now - 400_000,
  }),
  conversation('failed', {
    title: 'Bob Miller',
    peer: 'p-1',
    failed: 2,
    last: said('ok', { own: true, delivery: { state: 'failed', why: { kind: 'unreachable' } } }),
    at: now - 500_000,
  }),
  conversation('draft', {
    title: 'Мария',
    peer: 'p-2',
    draft: 'Я тут подумала, что',
    last: said('Ну как?'),
    at: now - 900_000,
  }),
  conversation('notes', {
    kind: 'notes',
    title: 'me',
    last: said('Купить муку', { own: true, delivery: { state: 'sent' } }),
    at: now - 1_000_000,
  }),
  ...many,
])
await speak(asked.get('lang') === 'ru' ? 'ru' : 'en')
if (asked.has('dark')) document.documentElement.dataset['theme'] = 'dark'
const target = document.getElementById('app')
if (!target) throw new Error('no #app')
history.replaceState({}, '', asked.get('at') ?? '/')
const chat = composeChat(here.engine)
await speak(asked.get('lang') === 'ru' ? 'ru' : 'en')
if (asked.has('dark')) document.documentElement.dataset['theme'] = 'dark'
mount(Chat, { target, props: { chat } })
Object.assign(window, { chat, world: here })
