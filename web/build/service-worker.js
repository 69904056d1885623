import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import { build } from 'vite'

const ENTRY = 'src/app/service-worker/worker.ts'
const NAME = 'sw.js'
/** What draws documents is large, and few look at any: it is fetched when it is needed. */
const RARE = /^assets\/(pdf|openjpeg|jbig2)[-.]/

/**
 * Every file below a folder, as paths from it.
 * @param {string} folder
 * @returns {string[]}
 */
function files(folder) {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true })
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
}

/**
 * The engine among all files: the service worker needs it, too.
 * @param {string[]} paths
 * @returns {string}
 */
function engineOf(paths) {
  const [engine, ...others] = paths.filter((path) => path.endsWith('.wasm'))
  if (engine === undefined || others.length > 0) throw new Error('the app has one wasm file: the engine')
  return engine
}

/**
 * Builds the service worker when everything else is there, with the list of what it keeps.
 * @returns {import('vite').Plugin}
 */
export function serviceWorker() {
  /** @type {import('vite').ResolvedConfig} */
  let config
  return {
    name: 'service-worker',
    apply: 'build',
    configResolved(resolved) {
      config = resolved
    },
    closeBundle: {
      order: 'post',
      sequential: true,
      async handler() {
        const out = resolve(config.root, config.build.outDir)
        // Other pages than the app, as the gallery, have none.
        if (!existsSync(join(out, 'index.html'))) return
        // Compressed copies are the server's to choose.
        const kept = files(out).filter(
          (file) => file !== NAME && !RARE.test(file) && !/\.(br|gz|map)$/.test(file),
        )
        const version = createHash('sha256')
        for (const file of kept)
          version
            .update(file)
            .update('\0')
            .update(readFileSync(join(out, file)))
        const paths = kept.map((file) => (file === 'index.html' ? '/' : `/${file}`))
        await build({
          configFile: false,
          root: config.root,
          logLevel: 'warn',
          publicDir: false,
          resolve: { alias: { '@': join(config.root, 'src') } },
          define: {
            // A classic script has none, and does not ask: it is told where the engine is.
            'import.meta.url': '""',
            __VERSION__: JSON.stringify(version.digest('hex').slice(0, 16)),
            __FILES__: JSON.stringify(paths),
            __ENGINE__: JSON.stringify(engineOf(paths)),
          },
          build: {
            target: config.build.target,
            outDir: config.build.outDir,
            emptyOutDir: false,
            assetsInlineLimit: 0,
            modulePreload: false,
            rolldownOptions: {
              input: join(config.root, ENTRY),
              output: { format: 'iife', entryFileNames: NAME, codeSplitting: false },
            },
          },
        })
      },
    },
  }
}
