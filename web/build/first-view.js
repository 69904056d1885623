import { gzipSync } from 'node:zlib'

/** What somebody loads who comes for the first time, until they see where they are: scripts and styles, in bytes of gzip. */
const MOST = 120_000

/** Loaded at once, and by the first view of a newcomer in the language that has most to say. */
export const LATER = ['src/views/Join.svelte']
const LANGUAGES = ['en', 'ru']

/**
 * Fails the build if the first view has become too large. What is not needed there is imported when it is.
 * @returns {import('vite').Plugin}
 */
export function firstView() {
  return {
    name: 'beseda-first-view',
    apply: 'build',
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === 'chunk')
      const entry = chunks.find(
        ({ isEntry, facadeModuleId }) => isEntry && facadeModuleId?.endsWith('index.html'),
      )
      // Other programs are built from other entries.
      if (!entry) return
      const shown = chunks.filter((chunk) => LATER.some((view) => chunk.facadeModuleId?.endsWith(view)))
      if (shown.length < LATER.length) this.error(`one of ${LATER.join()} is loaded at once: load it later`)
      const sizes = LANGUAGES.map((language) => {
        const words = chunks.filter(({ name }) => name === language)
        if (words.length === 0) this.error(`there are no words in ${language}`)
        return size(bundle, [entry, ...shown, ...words])
      })
      const largest = Math.max(...sizes)
      if (largest > MOST) this.error(`the first view has ${largest} bytes, and may have ${MOST}`)
      this.info(`first view: ${largest} of ${MOST} bytes`)
    },
  }
}

/**
 * The size of chunks with all that they import and the styles of that.
 * @param {import('vite').Rolldown.OutputBundle} bundle
 * @param {readonly import('vite').Rolldown.OutputChunk[]} roots
 */
function size(bundle, roots) {
  /** @type {Set<string>} */
  const files = new Set()
  const queue = roots.map(({ fileName }) => fileName)
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const file = bundle[name]
    if (!file || files.has(name)) continue
    files.add(name)
    if (file.type === 'chunk') queue.push(...file.imports, ...(file.viteMetadata?.importedCss ?? []))
  }
  return [...files].reduce((sum, name) => {
    const file = bundle[name]
    const content = file?.type === 'chunk' ? file.code : (file?.source ?? '')
    return sum + gzipSync(content).length
  }, 0)
}
