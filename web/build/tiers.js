// Who may import whom: see CONTRIBUTING.md. Cross-folder imports are written `@/folder/…`.
import { dirname, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const SRC = fileURLToPath(new URL('../src/', import.meta.url))

/** @type {Record<string, string[]>} */
const MAY = {
  lib: ['lib', 'i18n', 'engine'],
  i18n: ['i18n'],
  engine: ['engine', 'lib'],
  ui: ['ui', 'lib', 'i18n'],
  state: ['state', 'lib', 'i18n', 'engine'],
  features: ['ui', 'state', 'lib', 'i18n', 'engine'],
  views: ['views', 'features', 'ui', 'state', 'lib', 'i18n', 'engine'],
  app: ['app', 'views', 'features', 'ui', 'state', 'lib', 'i18n', 'engine', 'styles'],
}

/** @param {string} file */
const parts = (file) => relative(SRC, file).split(sep)

/** @type {import('eslint').Rule.RuleModule} */
export const tiers = {
  meta: { type: 'problem', schema: [], messages: { forbidden: '{{from}} may not import {{to}}' } },
  create(context) {
    const [tier = '', feature = ''] = parts(context.filename)
    const may = MAY[tier]
    // A component test may render within the fake engine and the page's styles.
    if (!may || context.filename.endsWith('.test.ts')) return {}
    /** @param {{ source?: import('estree').Expression | null | undefined }} node */
    const judge = (node) => {
      if (node.source?.type !== 'Literal' || typeof node.source.value !== 'string') return
      const target = node.source.value
      const path = target.startsWith('@/')
        ? resolve(SRC, target.slice(2))
        : target.startsWith('.')
          ? resolve(dirname(context.filename), target)
          : undefined
      if (!path || path === SRC) return
      const [to = '', other = ''] = parts(path)
      const ownFeature = tier === 'features' && to === 'features' && feature === other
      if (ownFeature || may.includes(to)) return
      const name = to === 'features' ? `features/${other}` : to
      context.report({ node: node.source, messageId: 'forbidden', data: { from: tier, to: name } })
    }
    return {
      ImportDeclaration: judge,
      ExportNamedDeclaration: judge,
      ExportAllDeclaration: judge,
      ImportExpression: judge,
    }
  },
}
