// The engine gives reasons in English; people read them in their language. One that is not known here is shown as it came.
import { m } from '@/i18n/index.svelte'

const REASONS: Readonly<Record<string, () => string>> = {
  'this kind of conversation does not allow it': () => m.reason.kind(),
  'it takes the role Admin or higher': () => m.reason.needs_admin(),
  'it takes the role Owner or higher': () => m.reason.needs_owner(),
  'it concerns somebody of the same or a higher role': () => m.reason.rank(),
  'you are no longer a member': () => m.reason.left(),
  left: () => m.reason.left(),
  joining: () => m.reason.joining(),
  'update the program': () => m.reason.update(),
  'the log contradicts itself': () => m.reason.forked(),
  'accept the request first': () => m.reason.request(),
  'nobody is at the other end; open a new conversation': () => m.reason.peer_gone(),
  'the last owner must make somebody else an owner first': () => m.reason.last_owner(),
  'the group would have no owner': () => m.reason.last_owner(),
  'only groups have a title and a description': () => m.reason.groups_only(),
  'only its author may edit a message': () => m.reason.author_only(),
  'it is on its way; delete it for all instead': () => m.reason.under_way(),
  'the other device turned this one down': () => m.reason.turned_down(),
  'the code has expired; begin again': () => m.reason.expired(),
  'encryption failed': () => m.reason.encryption(),
  'it is empty': () => m.reason.empty(),
  'it is needed': () => m.reason.needed(),
  'too many': () => m.reason.too_many(),
  'it is too long to be sent': () => m.reason.too_long(),
  'the text is too long': () => m.reason.too_long(),
  'there is too much formatting': () => m.reason.too_much_formatting(),
  'a reaction is one emoji': () => m.reason.one_emoji(),
  'it needs a username': () => m.reason.needs_username(),
  'this server asks for a username and a password': () => m.reason.needs_both(),
  'a username has 3 to 32 characters': () => m.reason.username_length(),
  'a username starts with a letter and holds only letters a-z, digits and single underscores': () =>
    m.reason.username_characters(),
  'the words do not fit together: one of them is another word, or their order is wrong': () =>
    m.reason.checksum(),
  'this profile holds the history of another account': () => m.reason.other_account(),
  'it is not the present phrase of this account': () => m.reason.other_phrase(),
  'the list of devices has changed; look again': () => m.reason.devices_changed(),
  'the list of devices has changed; begin again': () => m.reason.devices_changed(),
  'the new device has not shown its key yet': () => m.reason.key_not_shown(),
  'it is not known yet whether the last new phrase counts': () => m.reason.phrase_unclear(),
  'it is tried again when the server can be reached; this device shows the phrase once it counts': () =>
    m.reason.phrase_later(),
  'another way in was chosen': () => m.reason.other_way(),
  'the server shows another group': () => m.reason.another_group(),
  'the person is another one than the one who asked': () => m.reason.another_person(),
  'what is needed to judge the request is not here yet': () => m.reason.ask_unknown(),
  'the request is malformed': () => m.reason.ask_malformed(),
  'the request belongs to another link': () => m.reason.ask_other_link(),
  'whoever made the link may not add people any more': () => m.reason.ask_maker(),
  'the link has expired': () => m.reason.ask_expired(),
  'whoever asks does not have the link': () => m.reason.ask_no_link(),
  'it is not a link of a Beseda server': () => m.reason.no_link(),
  'it does not lead to a group': () => m.reason.no_group_link(),
  'nobody could use it': () => m.reason.useless_link(),
  'type your username, or the end of your id': () => m.reason.confirm(),
  'the group has to be left first': () => m.reason.leave_first(),
  'your notes are always there': () => m.reason.notes_stay(),
  refused: () => m.reason.refused(),
  'it may have been sent before this device was signed in again': () => m.reason.perhaps_sent(),
  'something else was asked meanwhile': () => m.reason.overtaken(),
  'the account is in use; the number alone does not open it': () => m.reason.account_in_use(),
  'this version does not know it': () => m.reason.unknown_command(),
  'it has digits only': () => m.reason.digits_only(),
  'it has digits, and perhaps a plus, spaces and brackets': () => m.reason.number_characters(),
}

/** Reasons with a number in them. */
const COUNTED: readonly (readonly [RegExp, (count: number) => string])[] = [
  [/^at most (\d+) characters$/, (count) => m.reason.at_most_characters({ count })],
  [/^at least (\d+) characters of it are needed$/, (count) => m.reason.at_least_characters({ count })],
  [/^it has at least (\d+) characters$/, (count) => m.reason.at_least_characters({ count })],
  [/^it has at most (\d+) bytes$/, () => m.reason.at_most_bytes()],
  [
    /^word (\d+) is not one of the words that phrases are made of$/,
    (position) => m.reason.unknown_word({ position }),
  ],
  [/^a recovery phrase has 24 words, but these are (\d+)$/, (count) => m.reason.word_count({ count })],
  [/^word (\d+) is another one$/, (position) => m.reason.wrong_word({ position })],
  [/^the group would have more than (\d+) devices$/, () => m.reason.too_many_devices()],
]

const FIELDS: Readonly<Record<string, () => string>> = {
  server: () => m.field.server(),
  username: () => m.field.username(),
  password: () => m.field.password(),
  phrase: () => m.field.phrase(),
  code: () => m.field.code(),
  words: () => m.field.words(),
  text: () => m.field.text(),
  entities: () => m.field.entities(),
  title: () => m.field.title(),
  description: () => m.field.description(),
  name: () => m.field.name(),
  bio: () => m.field.bio(),
  status: () => m.field.status(),
  emoji: () => m.field.emoji(),
  timer: () => m.field.timer(),
  targets: () => m.field.messages(),
  messages: () => m.field.messages(),
  members: () => m.field.members(),
  account: () => m.field.account(),
  link: () => m.field.link(),
  confirm: () => m.field.confirm(),
  report: () => m.field.report(),
}

export function reasonText(reason: string): string {
  const known = REASONS[reason]
  if (known) return known()
  for (const [pattern, text] of COUNTED) {
    const number = pattern.exec(reason)?.[1]
    if (number !== undefined) return text(Number(number))
  }
  return reason
}

export function fieldName(what: string): string {
  return FIELDS[what]?.() ?? what
}
