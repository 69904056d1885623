// Before each component test: the page's styles and its language, as main.ts and compose.ts set them.
import '@/styles/index.css'
import { allWords, speak } from '@/i18n/index.svelte'

await speak('en')
await allWords()
