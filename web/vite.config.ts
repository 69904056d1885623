import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'
import { chunks } from './build/chunks.js'
import { emoji } from './build/emoji-plugin.js'
import { firstView } from './build/first-view.js'
import { leaflet } from './build/leaflet-plugin.js'
import { manifests } from './build/manifest.js'
import { messages } from './build/messages-plugin.js'
import { serviceWorker } from './build/service-worker.js'

export default defineConfig({
  plugins: [messages(), emoji(), leaflet(), svelte(), manifests(), serviceWorker(), firstView()],
  // The same as `paths` in tsconfig.json, which bundlers do not apply to what a .svelte file imports.
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    // A `data:` address would need a wider content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { output: { codeSplitting: chunks() } },
  },
  // Beside a server that `cargo xtask run` has started.
  server: { host: '127.0.0.1', proxy: { '/api': { target: 'http://localhost:8080', ws: true } } },
  preview: { host: '127.0.0.1' },
  root: fileURLToPath(new URL('.', import.meta.url)),
})
