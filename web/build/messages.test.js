import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { forms } from '../src/i18n/forms.ts'
import { emitLocale, readAll } from './messages.js'

/** @type {string[]} */
const folders = []

/**
 * @param {Record<string, string>} en
 * @param {Record<string, string>} ru
 */
function catalogues(en, ru) {
  const folder = mkdtempSync(join(tmpdir(), 'messages-'))
  folders.push(folder)
  writeFileSync(join(folder, 'area.en.json'), JSON.stringify(en))
  writeFileSync(join(folder, 'area.ru.json'), JSON.stringify(ru))
  return readAll(folder)
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

test.each([
  ['a message that one language lacks', { hello: 'Hi', bye: 'Bye' }, { hello: 'Привет' }, 'bye is missing'],
  ['another parameter', { hello: 'Hi {name}' }, { hello: 'Привет, {who}' }, 'ru has {who: text}'],
  ['another kind of parameter', { n: '{n}' }, { n: '{n, number}' }, 'ru has {n: number}'],
  [
    'a plural form that the language needs',
    { n: '{n, plural, one {# day} other {# days}}' },
    { n: '{n, plural, one {# день} other {# дней}}' },
    'has no form "few"',
  ],
  ['what can’t be read', { hello: 'Hi {' }, { hello: 'Привет' }, 'area.en.json: hello'],
  ['a key that is no name', { 'Hello World': 'Hi' }, { 'Hello World': 'Привет' }, 'a key is snake_case'],
])('%s is told', (_, en, ru, problem) => {
  expect(
    catalogues(
      /** @type {Record<string, string>} */ (en),
      /** @type {Record<string, string>} */ (ru),
    ).problems.join('\n'),
  ).toContain(problem)
})

test('Russian plurals and marked parts come out as they should', () => {
  const { problems, all } = catalogues(
    {
      days: '{n, plural, =0 {today} one {# day} other {# days}}',
      rules: 'Read <link>the rules</link>, {name}.',
    },
    {
      days: '{n, plural, =0 {сегодня} one {# день} few {# дня} many {# дней} other {# дня}}',
      rules: 'Прочтите <link>правила</link>, {name}.',
    },
  )
  expect(problems).toEqual([])
  const russian = all.find(({ locale }) => locale === 'ru')
  if (!russian) throw new Error('there is no Russian')
  const source = emitLocale('ru', russian.areas)
  // The module without its imports and types, run as the function that it is.
  const made = source
    .replaceAll(/^import .*$/gm, '')
    .replace('const messages: Messages =', 'const messages =')
    .replace('export default messages', 'return messages')
  const { area } = /** @type {{ area: Record<string, (p: object) => unknown> }} */ (
    // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- the test's own text
    new Function('forms', made)(forms)
  )
  expect([0, 1, 3, 5, 11, 21, 1000].map((n) => area['days']?.({ n }))).toEqual([
    'сегодня',
    '1 день',
    '3 дня',
    '5 дней',
    '11 дней',
    '21 день',
    '1\u00a0000 дней',
  ])
  expect(area['rules']?.({ name: 'Аня' })).toEqual([
    'Прочтите ',
    { tag: 'link', text: 'правила' },
    ', ',
    'Аня',
    '.',
  ])
})
