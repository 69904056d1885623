import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const WHOLE = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const SHELL = 'chromium-headless-shell'

/**
 * The system's Chromium, or undefined: then Playwright looks for the one that it installed itself.
 * @param {string[]} names
 * @returns {string | undefined}
 */
function find(names) {
  if (process.env['BESEDA_CHROMIUM']) return process.env['BESEDA_CHROMIUM']
  for (const name of names) {
    for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
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
 *
 * The same engine without windows takes a third less of a machine, and is used if it is there. It installs no apps, shows
 * no notifications and asks no store of certificates: what needs that asks for the whole browser.
 * @param {{ whole?: boolean }} [wanted]
 * @returns {{ executablePath?: string, args: string[] }}
 */
export function chromium({ whole = false } = {}) {
  const path = find(whole ? WHOLE : [SHELL, ...WHOLE])
  const args = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync']
  if (process.getuid?.() === 0) args.push('--no-sandbox')
  return path ? { executablePath: path, args } : { args }
}
