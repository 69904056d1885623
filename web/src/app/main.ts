import './own-scripts'
import '@/styles/index.css'
import { mount } from 'svelte'
import { EngineClient } from '@/engine/client'
import { isVacant } from '@/engine/vacant'
import App from './App.svelte'
import { compose } from './compose'
import { notificationHost } from './notification-host'
import { updateHost } from './update-host'
import { answerWorker } from './worker-messages'

const target = document.getElementById('app')
if (!target) throw new Error('index.html has no #app')
// Over plain HTTP there is none; and while the app is developed, files change under it.
const worker = 'serviceWorker' in navigator && import.meta.env.PROD ? navigator.serviceWorker : undefined
const app = await compose(new EngineClient(), {
  window,
  notifications: notificationHost(window, worker),
  updates: updateHost(window, worker),
  fetch: fetch.bind(window),
  isVacant: () => isVacant(navigator.storage),
})
answerWorker(worker, app)
target.replaceChildren()
mount(App, { target, props: { app } })
