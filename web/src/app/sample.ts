// What the fake engine shows in component tests: one person with a few friends and a group.
import { FakeEngine } from '@/engine/fake'
import type { AccountView, Fetching, Me, MembersView } from '@/engine/port'
import { conversation } from '@/engine/sample'

export const ME: Me = {
  account: '0199-me',
  device: '0199-d1',
  server: 'https://talk.example',
  username: 'ivan',
  picture: null,
  has_phone: false,
  phone: null,
  profile: { name: 'Ivan', bio: '', status: '', status_until: null },
  privacy: {
    requests: 'everyone',
    group_adds: 'contacts',
    presence: 'contacts',
    read_marks: true,
    searchable: true,
  },
  blocked: [],
  root: 'aa',
  signed_out: false,
}

const person = (account: string, name: string, more: Partial<AccountView> = {}): AccountView => ({
  account,
  name,
  nickname: null,
  username: null,
  picture: null,
  bio: '',
  status: '',
  root: 'bb',
  verified: false,
  identity_changed: false,
  blocked: false,
  asking: false,
  deleted: false,
  online: null,
  last_seen: null,
  ...more,
})

export const MARIA = person('0199-maria', 'Maria', { username: 'maria', online: true })
export const BOB = person('0199-bob', 'Bob')
const PEOPLE = [BOB, MARIA]

export const GROUP = conversation('0199-group', { kind: 'group', title: 'Neighbours', role: 'owner' })

export const MEMBERS: MembersView = {
  members: [
    {
      who: person(ME.account, 'Ivan'),
      role: 'owner',
      devices: 1,
      may_remove: false,
      may_become: [],
      may_inherit: false,
    },
    { who: MARIA, role: 'member', devices: 1, may_remove: true, may_become: ['admin'], may_inherit: true },
    { who: BOB, role: 'admin', devices: 0, may_remove: false, may_become: [], may_inherit: false },
  ],
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
  may: { add: true, edit_info: true, pin: true, delete_others: true, change_permissions: true, leave: true },
}

/** 24 words, as they come from the engine. */
export const PHRASE = Array.from({ length: 24 }, (_, at) => `word${String.fromCharCode(97 + at)}`).join(' ')

const MB = 1_000_000

/** As the engine has it until somebody chooses. */
export const FETCHING: Fetching = {
  rules: {
    unmetered: { photo: 16 * MB, voice: 16 * MB, video: 10 * MB, audio: 10 * MB, file: 3 * MB },
    metered: { photo: 16 * MB, voice: 16 * MB, video: 0, audio: 0, file: 0 },
    network: 'automatic',
    saver: false,
    ask: true,
  },
  metered: false,
}

/** An engine that somebody is signed in on. */
export const signedIn = (): FakeEngine =>
  new FakeEngine({
    me: () => ME,
    connection: () => 'online',
    phrase: () => null,
    phone: () => null,
    warnings: () => [],
    notifications: () => ({ level: 'full', sound: true, quiet: null }),
    fetching: () => FETCHING,
    drives: () => [],
    drive_call: () => null,
    grant_call: () => null,
    estimate: () => ({ costly: false, millis: null }),
    file_use: () => ({ used: 1_234_567_890, count: 321, clearable: 1_200_000_000, allowed: 2_000_000_000 }),
    news: () => ({ notifications: [], unread: 0, sound: true }),
    people: () => PEOPLE,
    person: ({ account }) => PEOPLE.find((one) => one.account === account) ?? person(account, account),
    devices: () => [
      { device: '0199-d1', name: 'Chrome, Linux', current: true, added_at: 0 },
      { device: '0199-d2', name: 'Firefox, Android', current: false, added_at: 0 },
    ],
    conversations: () => [GROUP],
    folders: () => [],
    stickers: () => ({ packs: [], favourites: [], recent: [], gifs: [] }),
    live_shares: () => [],
    pack: () => null,
    pack_content: () => null,
    conversation: () => GROUP,
    members: () => MEMBERS,
    key_history: () => [
      { at: Date.now() - 3 * 86_400_000, event: 'compared' },
      { at: Date.now() - 20 * 86_400_000, event: 'met' },
    ],
    safety_number: () => Array.from({ length: 12 }, () => '12345'),
    phrase_questions: () => [3, 17],
  })

/** An engine that nobody has joined with. */
export const nobody = (): FakeEngine =>
  new FakeEngine({
    me: () => null,
    connection: () => 'signed_out',
    phrase: () => null,
    phone: () => null,
    warnings: () => [],
    people: () => [],
  })
