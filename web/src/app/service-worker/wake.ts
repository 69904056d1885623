import type { Look, Profile } from '@/engine/peek'
import type { News } from '@/engine/types.gen'

/** What a wake-up needs of its surroundings. */
export interface Surroundings {
  /** Whether the app is open somewhere with an engine that is connected: it tells of everything by itself. */
  appIsAwake(): Promise<boolean>
  /** A copy of the profile, if there is one to be had. */
  profile(): Promise<Profile | undefined>
  /** Begins a look with the wake-up's token. */
  look(profile: Profile, token: string, minute: number): Promise<Look>
  fetch(path: string, options: RequestInit): Promise<Response>
  now(): Date
}

/** A wake-up of the only version there is, and its token. */
const WAKE_UP = /^1([\w-]{43})$/

/** What is to be told after a wake-up: nothing, the news, or that there may be some. */
export type Told =
  | { readonly tell: 'nothing' }
  | { readonly tell: 'something' }
  | { readonly tell: 'news'; readonly news: News }

/** Finds out what a wake-up was for. */
export async function wake(message: string | undefined, around: Surroundings): Promise<Told> {
  if (await around.appIsAwake()) return { tell: 'nothing' }
  const token = WAKE_UP.exec(message ?? '')?.[1]
  if (token === undefined) return { tell: 'something' }
  try {
    const profile = await around.profile()
    if (!profile) return { tell: 'something' }
    const news = await ask(profile, token, around)
    return news ? { tell: 'news', news } : { tell: 'something' }
  } catch {
    // No network, or an engine that can't be loaded: all that is known is that somebody called.
    return { tell: 'something' }
  }
}

async function ask(profile: Profile, token: string, around: Surroundings): Promise<News | undefined> {
  const now = around.now()
  const look = await around.look(profile, token, now.getHours() * 60 + now.getMinutes())
  for (let body = look.question(); body !== undefined; body = look.question()) {
    const headers = { 'content-type': 'application/json' }
    const answer = await around.fetch('/api/v1/wake', { method: 'POST', headers, body })
    look.answer(answer.status, new Uint8Array(await answer.arrayBuffer()))
  }
  return look.news()
}
