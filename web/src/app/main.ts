import '@/styles/index.css'
import { mount } from 'svelte'
import { EngineClient } from '@/engine/client'
import App from './App.svelte'
import { compose } from './compose'

const target = document.getElementById('app')
if (!target) throw new Error('index.html has no #app')
const app = await compose(window, new EngineClient())
target.replaceChildren()
mount(App, { target, props: { app } })
