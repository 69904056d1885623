import { EngineFailure, type Code, type Failure } from '@/engine/port'
import { m } from '@/i18n/index.svelte'
import { fieldName, reasonText } from './reason'

/** What happened and, if there is something, what to do about it. */
export interface Words {
  readonly what: string
  readonly todo: string
}

/** A failure in words. Anything may be thrown; what is not the engine's is said in general words. */
export function words(thrown: unknown): Words {
  return thrown instanceof EngineFailure
    ? failureWords(thrown.failure)
    : say(m.failure.other(), m.failure.other_todo())
}

/** Both sentences of it, where there is one line for them. */
export function sentence(thrown: unknown): string {
  const { what, todo } = words(thrown)
  return todo === '' ? what : `${what} ${todo}`
}

export function failureWords(failure: Failure): Words {
  switch (failure.kind) {
    case 'refused':
      return refused(failure.code, failure.detail, failure.retry_after_ms)
    case 'wrong_code':
      return failure.tries_left === 0
        ? say(m.failure.wrong_code(), m.failure.new_code())
        : say(m.failure.wrong_code(), m.failure.tries_left({ tries: failure.tries_left }))
    case 'code_expired':
      return say(m.failure.code_expired(), m.failure.new_code())
    case 'unreachable':
      return say(m.failure.unreachable(), m.failure.unreachable_todo())
    case 'not_signed_in':
      return say(m.failure.not_signed_in(), m.failure.not_signed_in_todo())
    case 'already_signed_in':
      return say(m.failure.already_signed_in(), m.failure.already_signed_in_todo())
    case 'not_found':
      return say(m.failure.not_found())
    case 'not_allowed':
      return say(m.failure.not_allowed({ reason: reasonText(failure.reason) }))
    case 'invalid':
      return say(m.failure.invalid({ what: fieldName(failure.what), reason: reasonText(failure.reason) }))
    case 'not_ready':
      return say(m.failure.not_ready({ reason: reasonText(failure.reason) }))
    case 'other_server':
      return say(m.failure.other_server({ server: failure.server }), m.failure.other_server_todo())
    case 'link_ended':
      return say(m.failure.link_ended(), m.failure.link_ended_todo())
    case 'store':
      return say(m.failure.store(), m.failure.store_todo())
  }
}

const say = (what: string, todo = ''): Words => ({ what, todo })

function later(retryAfter: number | null): string {
  if (retryAfter === null) return m.failure.try_again()
  const seconds = Math.max(1, Math.ceil(retryAfter / 1000))
  return seconds <= 60
    ? m.failure.try_in_seconds({ seconds })
    : m.failure.try_in_minutes({ minutes: Math.ceil(seconds / 60) })
}

function refused(code: Code, detail: string, retryAfter: number | null): Words {
  switch (code) {
    case 'BAD_REQUEST':
      return say(m.failure.bad_request(), m.failure.update())
    case 'TOO_LARGE':
      return say(m.failure.too_large())
    case 'RATE_LIMITED':
      return say(m.failure.rate_limited(), retryAfter === null ? m.failure.try_later() : later(retryAfter))
    case 'OVERLOADED':
      return say(m.failure.overloaded(), later(retryAfter))
    case 'UNAUTHORIZED':
      return say(m.failure.unauthorized(), m.failure.unauthorized_todo())
    case 'DEVICE_REVOKED':
      return say(m.failure.device_revoked(), m.failure.device_revoked_todo())
    case 'WRONG_CREDENTIALS':
      return say(m.failure.wrong_credentials(), m.failure.wrong_credentials_todo())
    case 'FORBIDDEN':
      return say(m.failure.forbidden(), m.failure.ask_admin())
    case 'NOT_FOUND':
      return say(m.failure.gone())
    case 'TAKEN':
      return say(m.failure.taken(), m.failure.taken_todo())
    case 'NOT_A_MEMBER':
      return say(m.failure.not_a_member(), m.failure.not_a_member_todo())
    case 'STALE_EPOCH':
    case 'COMMIT_DUE':
      return say(m.failure.moved_on(), m.failure.by_itself())
    case 'JOIN_LATER':
      return say(m.failure.join_later(), retryAfter === null ? m.failure.by_itself() : later(retryAfter))
    case 'INVALID_COMMIT':
      return say(m.failure.against_rules(), m.failure.tell_operator())
    case 'INVALID_DEVICE_LOG':
      return say(m.failure.devices_changed(), m.failure.try_again())
    case 'KEY_PACKAGE_USED':
      return say(m.failure.keys_used(), m.failure.keys_used_todo())
    case 'ALREADY_EXISTS':
      return say(m.failure.already_exists())
    case 'NOT_ACCEPTED':
      return say(m.failure.not_accepted())
    case 'REQUEST_PENDING':
      return say(m.failure.request_pending(), m.failure.request_pending_todo())
    case 'INVALID_PHONE':
      return say(m.failure.invalid_phone(), m.failure.invalid_phone_todo())
    case 'PHONE_NOT_SERVED':
      return say(m.failure.phone_not_served(), m.failure.phone_not_served_todo())
    case 'WRONG_CODE':
      return say(m.failure.wrong_code(), m.failure.try_again())
    case 'CODE_EXPIRED':
      return say(m.failure.code_expired(), m.failure.new_code())
    case 'QUOTA_EXCEEDED':
      return say(m.failure.quota_exceeded(), m.failure.quota_exceeded_todo())
    case 'WRONG_OFFSET':
      return say(m.failure.wrong_offset(), m.failure.by_itself())
    case 'WRONG_CHECKSUM':
      return say(m.failure.wrong_checksum(), m.failure.by_itself())
    case 'STORAGE_FULL':
      return say(m.failure.storage_full(), m.failure.tell_operator())
    case 'DRIVE_UNREACHABLE':
      return say(m.failure.drive_unreachable(), m.failure.try_later())
    case 'DRIVE_EXPIRED':
      return say(m.failure.drive_expired(), m.failure.drive_connect_anew())
    case 'SIGN_UP_REFUSED':
      return say(m.failure.sign_up_refused(), signUp(detail))
    case 'STORE_EPOCH_CHANGED':
      return say(m.failure.restored(), m.failure.by_itself())
    case 'OUT_OF_ORDER':
      return say(m.failure.out_of_step(), m.failure.by_itself())
    case 'PROFILE_COPIED':
      return say(m.failure.copied(), m.failure.copied_todo())
    case 'UPDATE_REQUIRED':
      return say(m.failure.too_old(), m.failure.update())
    case 'INTERNAL':
      return say(m.failure.internal(), m.failure.tell_operator())
    case 'UNKNOWN':
      return say(m.failure.unknown(), m.failure.update())
  }
}

/** The server says in its detail what it misses. */
function signUp(detail: string): string {
  if (detail.includes('the invitation is')) return m.failure.sign_up_invite_over()
  if (detail.includes('invit')) return m.failure.sign_up_invite()
  if (detail.includes('phone')) return m.failure.sign_up_phone()
  if (detail.includes('closed')) return m.failure.sign_up_closed()
  if (detail.includes('password')) return m.failure.sign_up_password()
  return m.failure.try_again()
}
