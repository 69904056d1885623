import { defineConfig } from '@playwright/test'
import { chromium } from './build/chromium.js'

export default defineConfig({
  testDir: 'e2e',
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  workers: 2,
  reporter: 'list',
  use: { browserName: 'chromium', launchOptions: chromium() },
})
