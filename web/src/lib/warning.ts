import type { WarningKind } from '@/engine/port'
import { m } from '@/i18n/index.svelte'
import type { Names } from './event'
import type { Words } from './failure'

/** Something that people must know, and what they can do about it. */
export function warningWords(kind: WarningKind, names: Names): Words {
  switch (kind.warning) {
    case 'log_forked':
      return kind.account == null
        ? { what: m.warning.log_forked({ seq: kind.seq }), todo: m.warning.log_forked_todo() }
        : {
            what: m.warning.log_forked_by({ name: names.name(kind.account), seq: kind.seq }),
            todo: m.warning.log_forked_by_todo(),
          }
    case 'identity_changed':
      return {
        what: m.warning.identity_changed({ name: names.name(kind.account) }),
        todo: m.warning.identity_changed_todo(),
      }
    case 'own_device_added':
      return { what: m.warning.own_device_added(), todo: m.warning.own_device_added_todo() }
    case 'link_tampered':
      return { what: m.warning.link_tampered(), todo: m.warning.link_tampered_todo() }
    case 'server_restored':
      return { what: m.warning.server_restored(), todo: m.warning.server_restored_todo() }
    case 'device_log_forked':
      return {
        what: m.warning.device_log_forked({ name: names.name(kind.account) }),
        todo: m.warning.device_log_forked_todo(),
      }
    case 'device_log_withheld':
      return {
        what: m.warning.device_log_withheld({ name: names.name(kind.account) }),
        todo: m.warning.device_log_withheld_todo(),
      }
    case 'entry_withheld':
      return { what: m.warning.entry_withheld({ seq: kind.seq }), todo: m.warning.entry_withheld_todo() }
    case 'members_differ':
      return {
        what: m.warning.members_differ({
          added: kind.added.length,
          removed: kind.removed.length,
          roles: kind.roles.length,
        }),
        todo: m.warning.members_differ_todo(),
      }
    case 'invalid_commit':
      return {
        what: m.warning.invalid_commit({ seq: kind.seq, reason: kind.reason }),
        todo: m.warning.invalid_commit_todo(),
      }
    case 'phone_gone':
      return { what: m.warning.phone_gone(), todo: m.warning.phone_gone_todo() }
    case 'profile_copied':
      return { what: m.warning.profile_copied(), todo: m.warning.profile_copied_todo() }
    case 'local_damage':
      return { what: m.warning.local_damage(), todo: m.warning.local_damage_todo() }
  }
}
