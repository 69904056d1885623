// Compiles the catalogues in src/i18n/messages (`<area>.<locale>.json`, ICU MessageFormat) to typed functions in
// src/i18n/gen. `node build/messages.js --check` also fails on what a compiler can't see: keys and parameters that differ
// between locales, plural forms that a locale lacks, messages that nobody shows.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parse, TYPE } from '@formatjs/icu-messageformat-parser'

/** @typedef {import('@formatjs/icu-messageformat-parser').MessageFormatElement} Element */
/** @typedef {Map<string, 'text' | 'number' | 'tag'>} Parameters */
/** @typedef {{ elements: Element[], parameters: Parameters }} Message */
/** @typedef {Map<string, Map<string, Message>>} Areas  messages by area and key */

const SRC = fileURLToPath(new URL('../src/', import.meta.url))
const MESSAGES = join(SRC, 'i18n/messages')
const GEN = join(SRC, 'i18n/gen')
const REFERENCE = 'en'
const OTHERS = ['ru']
const LOCALES = [REFERENCE, ...OTHERS]
/** Areas that nobody needs who has not joined yet: they are loaded with the views that show them. */
const LATER = new Set(
  (
    'about appearance attach card composer contact conversation delivery devices drives editor event folders forget fresh gifs group healing ' +
    'list media message once picture place privacy reactions report safety search share stickers storage timeline traffic voice writing'
  ).split(' '),
)
/** What is shown before, and must do without them. */
const FIRST =
  /^(ui|features\/(join|recovery|phone|app-state))\/|^views\/(Join|JoinByPhone|Root|Later|Missing)\.svelte$/
const KEY = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/

/**
 * @param {Element[]} elements
 * @param {Parameters} into
 * @param {(problem: string) => void} report
 * @param {string} locale
 */
function collect(elements, into, report, locale) {
  for (const element of elements) {
    switch (element.type) {
      case TYPE.literal:
      case TYPE.pound:
        break
      case TYPE.argument:
        if (!into.has(element.value)) into.set(element.value, 'text')
        break
      case TYPE.number:
        into.set(element.value, 'number')
        break
      case TYPE.plural: {
        into.set(element.value, 'number')
        const rules = new Intl.PluralRules(locale, element.pluralType ? { type: element.pluralType } : {})
        for (const form of rules.resolvedOptions().pluralCategories) {
          if (!(form in element.options)) report(`the plural of {${element.value}} has no form "${form}"`)
        }
        for (const option of Object.values(element.options)) collect(option.value, into, report, locale)
        break
      }
      case TYPE.select:
        into.set(element.value, 'text')
        for (const option of Object.values(element.options)) collect(option.value, into, report, locale)
        break
      case TYPE.tag:
        into.set(element.value, 'tag')
        collect(element.children, into, report, locale)
        break
      default:
        report('dates and times come in ready-made, from lib/moment')
    }
  }
}

/**
 * @param {string} folder
 * @param {string} locale
 * @param {string[]} problems
 * @returns {Areas}
 */
function read(folder, locale, problems) {
  /** @type {Areas} */
  const areas = new Map()
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith(`.${locale}.json`)) continue
    const area = file.slice(0, -`.${locale}.json`.length)
    if (!KEY.test(area)) problems.push(`${file}: an area's name is snake_case`)
    /** @type {Map<string, Message>} */
    const messages = new Map()
    const source = /** @type {Record<string, unknown>} */ (
      JSON.parse(readFileSync(join(folder, file), 'utf8'))
    )
    for (const [key, text] of Object.entries(source)) {
      /** @param {string} problem */
      const report = (problem) => problems.push(`${file}: ${key}: ${problem}`)
      if (!KEY.test(key)) report('a key is snake_case')
      if (typeof text !== 'string') {
        report('a message is a string')
        continue
      }
      try {
        const elements = parse(text, { shouldParseSkeletons: false })
        /** @type {Parameters} */
        const parameters = new Map()
        collect(elements, parameters, report, locale)
        messages.set(key, { elements, parameters })
      } catch (error) {
        report(String(error))
      }
    }
    areas.set(area, messages)
  }
  return areas
}

/** @param {string} name */
const access = (name) => `p[${JSON.stringify(name)}]`

/**
 * The expression that makes the text. `pound` is the number that `#` stands for.
 * @param {Element[]} elements
 * @param {string | undefined} pound
 * @returns {string}
 */
function text(elements, pound) {
  const parts = elements.map((element) => {
    switch (element.type) {
      case TYPE.literal:
        return JSON.stringify(element.value)
      case TYPE.argument:
        return access(element.value)
      case TYPE.number:
        return `number(${access(element.value)})`
      case TYPE.pound:
        return `number(${pound ?? 'NaN'})`
      case TYPE.plural: {
        const value = element.offset
          ? `(${access(element.value)} - ${element.offset})`
          : access(element.value)
        const kind = element.pluralType === 'ordinal' ? 'ordinal' : 'plural'
        return `${kind}(${access(element.value)}, ${value}, { ${options(element.options, value)} })`
      }
      case TYPE.select:
        return `select(${access(element.value)}, { ${options(element.options, pound)} })`
      default:
        throw new Error('a tag inside of a plural or a choice')
    }
  })
  return parts.length === 0 ? '""' : parts.join(' + ')
}

/**
 * @param {Record<string, { value: Element[] }>} forms
 * @param {string | undefined} pound
 */
function options(forms, pound) {
  return Object.entries(forms)
    .map(([form, option]) => `${JSON.stringify(form)}: () => ${text(option.value, pound)}`)
    .join(', ')
}

/** @param {Message} message */
const isRich = (message) => [...message.parameters.values()].includes('tag')

/** @param {Message} message */
function body(message) {
  if (!isRich(message)) return text(message.elements, undefined)
  const parts = message.elements.map((element) =>
    element.type === TYPE.tag
      ? `{ tag: ${JSON.stringify(element.value)}, text: ${text(element.children, undefined)} }`
      : text([element], undefined),
  )
  return `[${parts.join(', ')}]`
}

/** @param {Message} message */
function signature(message) {
  const parameters = [...message.parameters].filter(([, kind]) => kind !== 'tag')
  const tags = [...message.parameters]
    .filter(([, kind]) => kind === 'tag')
    .map(([name]) => JSON.stringify(name))
  const fields = parameters.map(
    ([name, kind]) => `${JSON.stringify(name)}: ${kind === 'number' ? 'number' : 'string'}`,
  )
  const result = isRich(message) ? `Rich<${tags.join(' | ')}>` : 'string'
  return `(${fields.length ? `p: { ${fields.join('; ')} }` : ''}) => ${result}`
}

/** @param {Areas} areas */
function emitTypes(areas) {
  const lines = ['// Made from src/i18n/messages by build/messages.js.']
  if ([...areas.values()].some((messages) => [...messages.values()].some(isRich))) {
    lines.push("import type { Rich } from '../rich'")
  }
  lines.push('', 'export interface Messages {')
  for (const [area, messages] of areas) {
    lines.push(`  readonly ${area}: {`)
    for (const [key, message] of messages) lines.push(`    readonly ${key}: ${signature(message)}`)
    lines.push('  }')
  }
  lines.push('}', '')
  lines.push(`export type Locale = ${LOCALES.map((locale) => JSON.stringify(locale)).join(' | ')}`)
  lines.push(`export const LOCALES: readonly Locale[] = ${JSON.stringify(LOCALES)}`, '')
  const later = [...areas.keys()].filter((area) => LATER.has(area))
  lines.push(`export type Later = ${later.map((area) => JSON.stringify(area)).join(' | ') || 'never'}`, '')
  const loads = { load: ['', 'Omit<Messages, Later>'], loadLater: ['.later', 'Pick<Messages, Later>'] }
  for (const [name, [suffix, type]] of Object.entries(loads)) {
    lines.push(`export const ${name}: { readonly [L in Locale]: () => Promise<${type}> } = {`)
    for (const locale of LOCALES)
      lines.push(`  ${locale}: async () => (await import('./${locale}${suffix}')).default,`)
    lines.push('}', '')
  }
  lines.push('/** The messages of the locale that `current` gives when one is read. */')
  lines.push('export const through = (current: () => Messages): Messages => ({')
  for (const area of areas.keys()) lines.push(`  get ${area}() {`, `    return current().${area}`, '  },')
  lines.push('})', '')
  return lines.join('\n')
}

/**
 * @param {string} locale
 * @param {Areas} areas
 * @param {string} [type] of what is emitted
 */
export function emitLocale(locale, areas, type = 'Messages') {
  /** @type {string[]} */
  const bodies = []
  for (const [area, messages] of areas) {
    bodies.push(`  ${area}: {`)
    for (const [key, message] of messages) {
      const needsP = [...message.parameters.values()].some((kind) => kind !== 'tag')
      const expression = body(message)
      bodies.push(`    ${key}: (${needsP ? 'p' : ''}) => ${expression},`)
    }
    bodies.push('  },')
  }
  const used = ['number', 'plural', 'ordinal', 'select'].filter((name) =>
    bodies.some((line) => line.includes(`${name}(`)),
  )
  const lines = [`import type { ${type === 'Messages' ? 'Messages' : 'Later, Messages'} } from './messages'`]
  if (used.length) {
    lines.push(
      `import { forms } from '../forms'`,
      '',
      `const { ${used.join(', ')} } = forms(${JSON.stringify(locale)})`,
    )
  }
  lines.push('', `const messages: ${type} = {`, ...bodies, '}', '', 'export default messages', '')
  return lines.join('\n')
}

/**
 * @param {Areas} reference
 * @param {Areas} other
 * @param {string} locale
 * @param {string[]} problems
 */
function compare(reference, other, locale, problems) {
  for (const area of new Set([...reference.keys(), ...other.keys()])) {
    const left = reference.get(area)
    const right = other.get(area)
    if (!left || !right) {
      problems.push(`${area}: there is no ${area}.${left ? locale : REFERENCE}.json`)
      continue
    }
    for (const key of new Set([...left.keys(), ...right.keys()])) {
      const a = left.get(key)
      const b = right.get(key)
      if (!a || !b) problems.push(`${area}.${a ? locale : REFERENCE}.json: ${key} is missing`)
      else if (sorted(a.parameters) !== sorted(b.parameters)) {
        problems.push(
          `${area}: ${key}: ${locale} has ${sorted(b.parameters)}, ${REFERENCE} has ${sorted(a.parameters)}`,
        )
      }
    }
  }
}

/** @param {Parameters} parameters */
const sorted = (parameters) =>
  `{${[...parameters]
    .map(([name, kind]) => `${name}: ${kind}`)
    .sort()
    .join(', ')}}`

/**
 * @param {Areas} areas
 * @param {string[]} problems
 */
function findUnused(areas, problems) {
  const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter(
      (file) => /\.(ts|svelte)$/.test(file) && !/\.test\.ts$/.test(file) && !file.startsWith('i18n/gen'),
    )
    .map((file) => readFileSync(join(SRC, file), 'utf8'))
    .join('\n')
  for (const [area, messages] of areas) {
    // `m.failure[code]`: chosen by a typed key, so all of the area is used.
    if (new RegExp(`\\bm\\.${area}\\[`).test(sources)) continue
    for (const key of messages.keys()) {
      if (!new RegExp(`\\bm\\s*\\.${area}\\s*\\.${key}\\b`).test(sources))
        problems.push(`${area}: ${key} is shown nowhere`)
    }
  }
}

/**
 * All catalogues, and what is wrong with them.
 * @param {string} folder
 */
export function readAll(folder) {
  /** @type {string[]} */
  const problems = []
  const reference = read(folder, REFERENCE, problems)
  const others = OTHERS.map((locale) => ({ locale, areas: read(folder, locale, problems) }))
  for (const { locale, areas } of others) compare(reference, areas, locale, problems)
  return { problems, reference, all: [{ locale: REFERENCE, areas: reference }, ...others] }
}

/**
 * Writes the generated files and tells what is wrong with the catalogues.
 * @returns {string[]}
 */
export function compile() {
  const { problems, reference, all } = readAll(MESSAGES)
  if (problems.length > 0) return problems
  mkdirSync(GEN, { recursive: true })
  writeFileSync(join(GEN, 'messages.ts'), emitTypes(reference))
  for (const { locale, areas } of all) {
    const [first, later] = [false, true].map(
      (is) => new Map([...areas].filter(([area]) => LATER.has(area) === is)),
    )
    writeFileSync(join(GEN, `${locale}.ts`), emitLocale(locale, first ?? areas, 'Omit<Messages, Later>'))
    writeFileSync(
      join(GEN, `${locale}.later.ts`),
      emitLocale(locale, later ?? areas, 'Pick<Messages, Later>'),
    )
  }
  return problems
}

/**
 * What is shown first must not use words that come later.
 * @param {string[]} problems
 */
function findTooEarly(problems) {
  for (const file of readdirSync(SRC, { recursive: true, encoding: 'utf8' })) {
    if (!FIRST.test(file) || !/\.(ts|svelte)$/.test(file) || /\.test\./.test(file)) continue
    for (const [, area] of readFileSync(join(SRC, file), 'utf8').matchAll(/\bm\s*\.([a-z_]+)\b/g)) {
      if (area && LATER.has(area))
        problems.push(`${file}: the words of ${area} are loaded later than this is shown`)
    }
  }
}

/** @returns {string[]} */
function check() {
  const problems = compile()
  findTooEarly(problems)
  findUnused(readAll(MESSAGES).reference, problems)
  return problems
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const problems = process.argv.includes('--check') ? check() : compile()
  for (const problem of problems) console.error(problem)
  process.exitCode = problems.length ? 1 : 0
}
