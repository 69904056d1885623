import { expect, test } from 'vitest'
import { load, loadLater } from './gen/messages'
import { Words } from './words.svelte'

/** The words of later views do not come before `come`. */
function slow() {
  let come = () => {}
  const there = new Promise<void>((resolve) => (come = resolve))
  const rest = {
    en: () => there.then(loadLater.en),
    ru: () => there.then(loadLater.ru),
  }
  return { words: new Words(load, rest), come: () => come() }
}

test('whoever asks for all words waits for them, also behind somebody who waits already', async () => {
  const { words, come } = slow()
  await words.speak('en')
  const first = words.all()
  const second = words.all().then(() => words.now.messages.list.begin())
  come()
  expect(await second).toBe('Start a conversation')
  await first
})

test('the language that was asked for last stays, with all its words', async () => {
  const { words, come } = slow()
  await words.speak('en')
  const asked = [words.all(), words.speak('ru')]
  come()
  await Promise.all(asked)
  expect(words.now.locale).toBe('ru')
  expect(words.now.messages.list.begin()).toBe('Начать беседу')
})

test('words that did not come can be asked for again', async () => {
  let isThere = false
  const none = () => Promise.reject(new Error('no network'))
  const words = new Words({ ...load, ru: () => (isThere ? load.ru() : none()) }, loadLater)
  await words.speak('en')
  await expect(words.speak('ru')).rejects.toThrow('no network')
  expect(words.now.locale).toBe('en')
  isThere = true
  await words.speak('ru')
  expect(words.now.locale).toBe('ru')
})
