import type { EnginePort } from '@/engine/port'
import { Conversations } from '@/state/conversations.svelte'
import { Deletions } from '@/state/deletions.svelte'
import { Drafts } from '@/state/drafts.svelte'
import { EmojiHabits } from '@/state/emoji-habits.svelte'
import { Engine } from '@/state/engine.svelte'
import { People } from '@/state/people.svelte'
import { Router } from '@/state/router.svelte'
import { Searches } from '@/state/search.svelte'
import { Session } from '@/state/session.svelte'
import { DeviceSettings } from '@/state/settings.svelte'
import { Timelines } from '@/state/timeline.svelte'
import { Toasts } from '@/state/toasts.svelte'

export type Chat = ReturnType<typeof composeChat>

/** The conversations of the app, without the rest of it, on any engine. */
export function composeChat(port: EnginePort) {
  const engine = new Engine(port)
  const session = new Session(engine)
  return {
    engine,
    session,
    people: new People(engine, session),
    conversations: new Conversations(engine),
    timelines: new Timelines(engine),
    drafts: new Drafts(engine, window),
    deletions: new Deletions(engine, window, undefined),
    searches: new Searches(engine),
    habits: new EmojiHabits(undefined),
    router: new Router(window),
    settings: new DeviceSettings({ document, storage: undefined, languages: navigator.languages }),
    toasts: new Toasts(window),
  }
}
