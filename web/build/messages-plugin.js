import { compile } from './messages.js'

/**
 * Compiles the catalogues before a build, and again when one changes.
 * @returns {import('vite').Plugin}
 */
export function messages() {
  return {
    name: 'messages',
    buildStart() {
      const problems = compile()
      if (problems.length) this.error(problems.join('\n'))
    },
    configureServer(server) {
      server.watcher.on('change', (file) => {
        if (!/i18n\/messages\/.*\.json$/.test(file)) return
        for (const problem of compile()) server.config.logger.error(problem)
      })
    },
  }
}
