import { defineConfig } from '@playwright/test'
import { chromium } from './build/chromium.js'

/** Stories of which a part is the browser around the page. */
const WHOLE = ['pwa/*.spec.ts', 'tls/*.spec.ts']

export default defineConfig({
  testDir: 'e2e',
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  workers: 2,
  reporter: 'list',
  // For a machine that is busy with other things. Nothing waits so long where all is well.
  timeout: 180_000,
  expect: {
    timeout: 20_000,
    // Nothing more than what stands there: a button without a name would be no less unnamed for being new.
    toMatchAriaSnapshot: {
      pathTemplate: '{testDir}/{testFileDir}/__aria__/{arg}{ext}',
      children: 'deep-equal',
    },
  },
  use: { browserName: 'chromium', actionTimeout: 20_000 },
  projects: [
    { name: 'page', testIgnore: ['screens/**', ...WHOLE], use: { launchOptions: chromium() } },
    { name: 'browser', testMatch: WHOLE, use: { launchOptions: chromium({ whole: true }) } },
  ],
})
