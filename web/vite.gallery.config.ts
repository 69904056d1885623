import { fileURLToPath } from 'node:url'
import { defineConfig, mergeConfig } from 'vite'
import vite from './vite.config.ts'

/** The components by themselves, built as the product is, for e2e/gallery. */
export default mergeConfig(
  vite,
  defineConfig({
    build: {
      outDir: 'dist-gallery',
      rolldownOptions: {
        input: fileURLToPath(new URL('./gallery.html', import.meta.url)),
        // How the app is cut into files names its views, which are not here.
        output: { codeSplitting: true },
      },
    },
    preview: {
      port: 0,
      headers: {
        'Content-Security-Policy':
          "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
      },
    },
  }),
)
