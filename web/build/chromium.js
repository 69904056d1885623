import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/**
 * The system's Chromium, or undefined: then Playwright looks for the one that it installed itself.
 * @returns {string | undefined}
 */
function find() {
  if (process.env['BESEDA_CHROMIUM']) return process.env['BESEDA_CHROMIUM']
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of NAMES) {
      const path = join(folder, name)
      try {
        accessSync(path, constants.X_OK)
        return path
      } catch {
        // Not here; the next one.
      }
    }
  }
  return undefined
}

/**
 * How the tests start a browser. Chromium refuses its sandbox to root, as in a container.
 * @returns {{ executablePath?: string, args: string[] }}
 */
export function chromium() {
  const path = find()
  const args = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync']
  if (process.getuid?.() === 0) args.push('--no-sandbox')
  return path ? { executablePath: path, args } : { args }
}
