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
          },
        },
        {
          extends: true,
          // Everything that tests may import is found before they start: a late find would reload the page under them.
          optimizeDeps: { entries: ['src/**/*.{ts,svelte}', '!src/**/*.d.ts'] },
          test: {
            name: 'components',
            include: ['src/**/*.svelte.test.ts'],
            setupFiles: ['src/app/component-test.ts'],
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
