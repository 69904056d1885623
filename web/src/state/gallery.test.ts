import { expect, test } from 'vitest'
import { FakeEngine } from '@/engine/fake'
import type { Media, SharedView } from '@/engine/port'
import { Engine } from './engine.svelte'
import { Gallery } from './gallery.svelte'
import type { Spot } from './shared'

const PHOTO: Media = { k: 'photo', w: 1, h: 1 }

const photo = (row: number, place: number, file = row): SharedView => ({
  row,
  place,
  conversation: 'c',
  message: { a: 'p', m: `m-${String(row)}` },
  author_name: 'Anna',
  at: 0,
  attachment: {
    file,
    name: '',
    media_type: 'image/jpeg',
    media: PHOTO,
    preview: null,
    cover: null,
    size: 1,
    automatic: true,
  },
})

/** A conversation with these in it, in its order, of which one was chosen. */
function lookingAt(all: readonly SharedView[], spot: Spot) {
  const engine = new FakeEngine({
    shared: ({ before, limit }) =>
      all
        .filter(({ row, place }) => !before || row < before[0] || (row === before[0] && place < before[1]))
        .toReversed()
        .slice(0, limit),
  })
  return new Gallery(new Engine(engine), 'c', spot)
}

const seen = ({ all, index }: Gallery) => all[index]

test('the same photo is looked at where it was chosen', async () => {
  // Twice in one message, and again in the next one.
  const all = [photo(1, 0, 7), photo(1, 1, 7), photo(2, 0, 7)]
  for (const chosen of all) {
    const gallery = lookingAt(all, chosen)
    expect(await gallery.open()).toBe(true)
    expect(seen(gallery)).toBe(chosen)
  }
})

test.each([1, 199, 200, 201, 400, 1_000])(
  'each of %i is found, and all can be looked through',
  async (count) => {
    const all = Array.from({ length: count }, (_, at) => photo(1 + Math.floor(at / 3), at % 3))
    for (const at of [0, Math.floor(count / 2), count - 1]) {
      const gallery = lookingAt(all, all[at] ?? photo(0, 0))
      expect(await gallery.open()).toBe(true)
      expect(gallery.index).toBe(at)
      expect(gallery.all).toEqual(all)
    }
  },
)

test('what has gone meanwhile shows nothing else in its place', async () => {
  const gallery = lookingAt([photo(1, 0), photo(3, 0)], { row: 2, place: 0 })
  expect(await gallery.open()).toBe(false)
  expect(gallery.all).toEqual([])
})

test('who has closed it asks for nothing more', async () => {
  const all = Array.from({ length: 500 }, (_, at) => photo(at + 1, 0))
  const gallery = lookingAt(all, { row: 400, place: 0 })
  const opening = gallery.open()
  gallery.close()
  expect(await opening).toBe(true)
  expect(gallery.all).toEqual([])
})

test('who has gone on stays where they are while older ones come', async () => {
  const all = Array.from({ length: 500 }, (_, at) => photo(at + 1, 0))
  const gallery = lookingAt(all, { row: 400, place: 0 })
  const opening = gallery.open()
  while (gallery.all.length === 0) await Promise.resolve()
  expect(gallery.all).toHaveLength(200)
  gallery.index += 1
  await opening
  expect(seen(gallery)?.row).toBe(401)
  expect(gallery.all).toHaveLength(500)
})
