import { playwright } from '@vitest/browser-playwright'
import { defineConfig, mergeConfig } from 'vitest/config'
import { chromium } from './build/chromium.js'
import vite from './vite.config.ts'

export default mergeConfig(
  vite,
  defineConfig({
    test: {
      projects: [
        {
          extends: true,
          test: {
            name: 'rules',
            include: ['src/**/*.test.ts', 'build/**/*.test.js'],
            exclude: ['**/*.svelte.test.ts'],
            // As below.
            testTimeout: 60_000,
          },
        },
        {
          extends: true,
          // Everything that tests may import is found before they start, each time anew: a late find would reload the page
          // under them, and they would wait for ever.
          optimizeDeps: { entries: ['src/**/*.{ts,svelte}', '!src/**/*.d.ts'], force: true },
          test: {
            name: 'components',
            include: ['src/**/*.svelte.test.ts'],
            setupFiles: ['src/app/component-test.ts'],
            // For a machine that is busy with other things: it may draw a few frames a second, and scrolling takes a hundred.
            testTimeout: 60_000,
            browser: {
              enabled: true,
              headless: true,
              screenshotFailures: false,
              provider: playwright({ launchOptions: chromium() }),
              instances: [{ browser: 'chromium' }],
            },
          },
        },
      ],
    },
  }),
)
