import { fileURLToPath } from 'node:url'
import { chromium } from '../../build/chromium.js'
import base from '../../playwright.config'

/** Draws docs/screens: no test, and not among them. */
export default {
  ...base,
  testDir: fileURLToPath(new URL('.', import.meta.url)),
  projects: [{ name: 'screens', use: { launchOptions: chromium({ whole: true }) } }],
}
