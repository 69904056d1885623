import type { AskDoubt, Field, Reason } from '@/engine/types.gen'
import { m } from '@/i18n/index.svelte'

/** Why not, as the end of a sentence. */
export function reasonText(reason: Reason): string {
  switch (reason.why) {
    case 'kind':
      return m.reason.kind()
    case 'rank':
      return m.reason.rank()
    case 'last_owner':
      return m.reason.last_owner()
    case 'groups_only':
      return m.reason.groups_only()
    case 'author_only':
      return m.reason.author_only()
    case 'under_way':
      return m.reason.under_way()
    case 'leave_first':
      return m.reason.leave_first()
    case 'notes_stay':
      return m.reason.notes_stay()
    case 'left':
      return m.reason.left()
    case 'joining':
      return m.reason.joining()
    case 'update_required':
      return m.reason.update_required()
    case 'forked':
      return m.reason.forked()
    case 'request_waits':
      return m.reason.request_waits()
    case 'peer_gone':
      return m.reason.peer_gone()
    case 'not_started':
      return m.reason.not_started()
    case 'encryption':
      return m.reason.encryption()
    case 'too_many_devices':
      return m.reason.too_many_devices()
    case 'group':
      return m.reason.group()
    case 'file_damaged':
      return m.reason.file_damaged()
    case 'file_gone':
      return m.reason.file_gone()
    case 'file_elsewhere':
      return m.reason.file_elsewhere()
    case 'once_over':
      return m.reason.once_over()
    case 'once_own':
      return m.reason.once_own()
    case 'once_what':
      return m.reason.once_what()
    case 'perhaps_sent':
      return m.reason.perhaps_sent()
    case 'overtaken':
      return m.reason.overtaken()
    case 'other_way':
      return m.reason.other_way()
    case 'turned_down':
      return m.reason.turned_down()
    case 'code_expired':
      return m.reason.code_expired()
    case 'devices_changed':
      return m.reason.devices_changed()
    case 'key_not_shown':
      return m.reason.key_not_shown()
    case 'phrase_unclear':
      return m.reason.phrase_unclear()
    case 'phrase_later':
      return m.reason.phrase_later()
    case 'account_in_use':
      return m.reason.account_in_use()
    case 'other_group':
      return m.reason.other_group()
    case 'other_person':
      return m.reason.other_person()
    case 'no_sticker':
      return m.reason.no_sticker()
    case 'no_gif':
      return m.reason.no_gif()
    case 'no_pack':
      return m.reason.no_pack()
    case 'own_pack':
      return m.reason.own_pack()
    case 'empty':
      return m.reason.empty()
    case 'needed':
      return m.reason.needed()
    case 'too_many':
      return m.reason.too_many()
    case 'too_long':
      return m.reason.too_long()
    case 'at_most_bytes':
      return m.reason.at_most_bytes()
    case 'not_on_earth':
      return m.reason.not_on_earth()
    case 'no_contact':
      return m.reason.no_contact()
    case 'one_emoji':
      return m.reason.one_emoji()
    case 'username_length':
      return m.reason.username_length()
    case 'username_characters':
      return m.reason.username_characters()
    case 'needs_username':
      return m.reason.needs_username()
    case 'needs_both':
      return m.reason.needs_both()
    case 'scheme':
    case 'host':
      return m.reason.address()
    case 'digits_only':
      return m.reason.digits_only()
    case 'number_characters':
      return m.reason.number_characters()
    case 'checksum':
      return m.reason.checksum()
    case 'other_phrase':
      return m.reason.other_phrase()
    case 'other_account':
      return m.reason.other_account()
    case 'no_link':
      return m.reason.no_link()
    case 'no_group_link':
      return m.reason.no_group_link()
    case 'useless_link':
      return m.reason.useless_link()
    case 'confirm':
      return m.reason.confirm()
    case 'unknown_command':
      return m.reason.unknown_command()
    case 'role':
      return reason.needed === 'owner' ? m.reason.needs_owner() : m.reason.needs_admin()
    case 'ask':
      return doubtText(reason.doubt)
    case 'at_least':
      return m.reason.at_least({ count: reason.least })
    case 'at_least_inside':
      return m.reason.at_least_inside({ count: reason.least })
    case 'at_most':
      return m.reason.at_most({ count: reason.most })
    case 'between':
      return m.reason.between({ least: reason.least, most: reason.most })
    case 'word_count':
      return m.reason.word_count({ count: reason.found })
    case 'unknown_word':
      return m.reason.unknown_word({ position: reason.position })
    case 'wrong_word':
      return m.reason.wrong_word({ position: reason.position })
  }
}

/** Why nobody can be let in by a request. */
function doubtText(doubt: AskDoubt): string {
  switch (doubt) {
    case 'unknown':
      return m.reason.ask_unknown()
    case 'malformed':
      return m.reason.ask_malformed()
    case 'other_link':
      return m.reason.ask_other_link()
    case 'maker':
      return m.reason.ask_maker()
    case 'expired':
      return m.reason.ask_expired()
    case 'no_link':
      return m.reason.ask_no_link()
  }
}

/** What was given. */
export const fieldName = (field: Field): string => m.field[field]()
