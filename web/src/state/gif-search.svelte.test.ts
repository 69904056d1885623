import { expect, test } from 'vitest'
import { FakeEngine } from '@/engine/fake'
import type { Gif } from '@/engine/port'
import { Engine } from './engine.svelte'
import { GifSearch } from './gif-search.svelte'

const gif = (picture: string): Gif => ({ title: picture, width: 1, height: 1, picture, small: picture })

function begin() {
  const fake = new FakeEngine()
  const waiting: (() => void)[] = []
  const clock = {
    setTimeout: (run: () => void) => waiting.push(run),
    clearTimeout: (id?: number) => {
      if (id !== undefined) waiting[id - 1] = () => undefined
    },
  }
  const search = new GifSearch(new Engine(fake), clock, 'en')
  const asked = () => fake.commands.filter(({ command }) => command === 'find_gifs')
  return { fake, search, asked, pass: () => waiting.splice(0).forEach((run) => run()) }
}

test('only what was typed last is looked for, and a late answer to what was before counts for nothing', async () => {
  const { fake, search, asked, pass } = begin()
  const answers: ((pictures: string[]) => void)[] = []
  fake.on('find_gifs', async () => {
    const pictures = await new Promise<string[]>((resolve) => answers.push(resolve))
    return { outcome: 'gifs', page: { gifs: pictures.map(gif), next: 'p2' } }
  })
  search.typed('c')
  search.typed(' cat ')
  pass()
  expect(asked()).toMatchObject([{ query: 'cat', after: '' }])
  search.typed('dog')
  pass()
  answers[1]?.(['dog'])
  await expect.poll(() => search.found.map(({ picture }) => picture)).toEqual(['dog'])
  answers[0]?.(['cat'])
  await Promise.resolve()
  expect(search.found.map(({ picture }) => picture)).toEqual(['dog'])
})

test('pages follow each other, nothing is shown twice, and what fails can be tried again', async () => {
  const { fake, search, asked } = begin()
  const pages = [
    { gifs: ['a', 'b'], next: '2' },
    { gifs: ['b', 'c'], next: '' },
  ]
  fake.on('find_gifs', () => {
    const page = pages.shift()
    if (!page) throw new Error('nobody answers')
    return { outcome: 'gifs', page: { gifs: page.gifs.map(gif), next: page.next } }
  })
  await search.find('')
  await search.more()
  expect(search.found.map(({ picture }) => picture)).toEqual(['a', 'b', 'c'])
  expect(search.hasMore).toBe(false)
  await search.more()
  expect(asked()).toHaveLength(2)
  await search.find('x')
  expect(search.failure).toBeDefined()
  expect(search.isBusy).toBe(false)
})
