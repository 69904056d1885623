// Every component of ui/ at once, to be looked at: `npm run dev`, then /gallery.html?theme=dark&lang=ru. Not in the product.
import '@/styles/index.css'
import { mount } from 'svelte'
import { allWords, preferred, speak } from '@/i18n/index.svelte'
import Gallery from './Gallery.svelte'

const wishes = new URLSearchParams(location.search)
for (const name of ['theme', 'accent', 'text', 'density']) {
  const wish = wishes.get(name)
  if (wish !== null) document.documentElement.dataset[name] = wish
}
document.documentElement.dir = wishes.get('dir') ?? 'ltr'
await speak(preferred([wishes.get('lang') ?? 'en']))
await allWords()

const target = document.getElementById('app')
if (!target) throw new Error('gallery.html has no #app')
mount(Gallery, { target })
