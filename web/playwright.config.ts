import { defineConfig } from '@playwright/test'
import { chromium } from './build/chromium.js'

export default defineConfig({
  testDir: 'e2e',
  testIgnore: 'screens/**',
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
  use: { browserName: 'chromium', launchOptions: chromium(), actionTimeout: 20_000 },
})
