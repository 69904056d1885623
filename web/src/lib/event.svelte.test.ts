import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SystemEvent } from '@/engine/port'
import { speak } from '@/i18n/index.svelte'
import { eventSentence } from './event'

const NAMES = { name: (account: string) => account, isMe: (account: string) => account === 'me' }
const added = (...accounts: string[]): SystemEvent => ({ event: 'added', accounts })
const admin = (account: string): SystemEvent => ({ event: 'role_changed', account, role: 'admin' })

afterAll(() => speak('en'))

describe.each(['en', 'ru'] as const)('what happened, in %s', (locale) => {
  beforeAll(() => speak(locale))

  test.each([
    [added('Bob', 'Vera'), 'Ann', { en: 'Ann added Bob and Vera', ru: 'Ann добавляет в группу: Bob и Vera' }],
    [added('Bob'), 'me', { en: 'You added Bob', ru: 'Вы добавили в группу: Bob' }],
    [added('me'), 'Ann', { en: 'Ann added you', ru: 'Ann добавляет вас' }],
    [added('me', 'Bob'), 'Ann', { en: 'Ann added you and Bob', ru: 'Ann добавляет вас, а ещё: Bob' }],
    [admin('me'), 'Ann', { en: 'Ann made you an admin', ru: 'Ann делает вас администратором' }],
    [admin('me'), 'me', { en: 'You are an admin now', ru: 'Теперь вы администратор' }],
    [admin('Bob'), 'Ann', { en: 'Ann made Bob an admin', ru: 'Ann назначает администратора: Bob' }],
    [
      { event: 'handed_over', account: 'Bob' } satisfies SystemEvent,
      'me',
      { en: 'You handed the group over to Bob', ru: 'Вы передали группу, теперь владелец Bob' },
    ],
    [
      { event: 'created' } satisfies SystemEvent,
      'me',
      { en: 'You created the group', ru: 'Вы создали группу' },
    ],
    [
      { event: 'removed', account: 'me' } satisfies SystemEvent,
      'Ann',
      { en: 'Ann removed you', ru: 'Ann исключает вас' },
    ],
  ])('%j by %s', (event, who, said) => {
    expect(eventSentence(event, who, NAMES, 'group')).toBe(said[locale])
  })
})
