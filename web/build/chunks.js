import { fileURLToPath } from 'node:url'
import { LATER } from './first-view.js'

/** What somebody who lives here loads, each as a whole with all that it imports. */
const VIEWS = {
  inside: 'src/app/Inside.svelte',
  conversation: 'src/views/Conversation.svelte',
  settings: 'src/views/SettingsSection.svelte',
}

/**
 * Every module that comes along with one, and more: that nothing of it is used is not known yet.
 * @param {string} path
 * @param {import('vite').Rolldown.ChunkingContext} context
 */
function along(path, context) {
  const root = fileURLToPath(new URL(`../${path}`, import.meta.url))
  if (!context.getModuleInfo(root)) throw new Error(`${path} is no part of the app: see ${import.meta.url}`)
  const all = new Set([root])
  for (const id of all) for (const imported of context.getModuleInfo(id)?.importedIds ?? []) all.add(imported)
  return all
}

/**
 * Modules that are always loaded together are one file: left to itself, the bundler makes one for each combination of who
 * imports what, and over a thin link, or for a slow phone, dozens of small files cost more than their bytes.
 * @returns {import('vite').Rolldown.CodeSplittingOptions}
 */
export function chunks() {
  /** @type {Set<string>[] | undefined} */
  let newcomer
  /** @type {[string, Set<string>][] | undefined} */
  let views
  return {
    // Whatever a module imports is loaded by all who load that module: files import only from those of more views.
    includeDependenciesRecursively: false,
    groups: [
      { name: 'first', tags: ['$initial'], priority: 1 },
      {
        name(id, context) {
          newcomer ??= LATER.map((path) => along(path, context))
          views ??= Object.entries(VIEWS).map(([name, path]) => [name, along(path, context)])
          // What a newcomer's first view may need stays as the bundler cuts it: that loads nothing in vain.
          if (newcomer.some((modules) => modules.has(id))) return null
          const who = views.filter(([, modules]) => modules.has(id)).map(([name]) => name)
          return who.length > 0 ? who.join('-') : null
        },
      },
    ],
  }
}
