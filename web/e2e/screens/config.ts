import { fileURLToPath } from 'node:url'
import base from '../../playwright.config'

/** Draws docs/screens: no test, and not among them. */
export default { ...base, testDir: fileURLToPath(new URL('.', import.meta.url)), testIgnore: [] }
