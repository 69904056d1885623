// What is said and shown to a microphone and a camera, and what is played. The browser's own microphone beeps.

import { expect, type Page } from '@playwright/test'
import { chromium } from '../../build/chromium.js'
import { barriers } from '../axe'
import { befriend, PHONE, picture } from './person'
import { test } from './stage'

const options = chromium()
const DEVICES = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']
test.use({ launchOptions: { ...options, args: [...options.args, ...DEVICES] } })

const time = (page: Page, text: RegExp) =>
  page.getByRole('group', { name: /^Recording$|^Идёт запись$/ }).getByText(text)

test('what is said is heard before it is sent, cut, and played by the other', async ({ member }) => {
  const alice = await member('alice', 'Alice Walker')
  const bob = await member('bob', 'Боб Марлин', PHONE)
  await befriend(alice, bob)

  await alice.page.getByRole('button', { name: 'Record a voice message' }).click()
  await expect(time(alice.page, /^0:0[3-9]/)).toBeVisible()
  await alice.page.getByRole('button', { name: 'Stop and listen' }).click()
  await alice.page.getByRole('button', { name: 'Listen', exact: true }).click()
  await expect(alice.page.getByRole('button', { name: 'Pause', exact: true })).toBeVisible()
  expect(await barriers(alice.page)).toEqual([])
  // The last second goes.
  const end = alice.page.getByRole('slider', { name: 'End' })
  for (let press = 0; press < 10; press += 1) await end.press('ArrowLeft')
  await alice.page.getByRole('button', { name: 'Send', exact: true }).click()
  await expect(alice.page.getByRole('slider', { name: 'End' })).toHaveCount(0)
  await expect(alice.page.getByRole('button', { name: 'Play voice message by Alice Walker' })).toBeVisible()

  await bob.page.getByRole('button', { name: 'Воспроизвести: голосовое сообщение, Alice Walker' }).click()
  const player = bob.page.getByRole('group', { name: 'Воспроизведение' })
  // At rest: what was said is short, and there is time to look.
  await player.getByRole('button', { name: /^Пауза:/ }).click()
  expect(await barriers(bob.page)).toEqual([])
  await player.getByRole('button', { name: 'Скорость 1×' }).click()
  await expect(player.getByRole('button', { name: 'Скорость 1,5×' })).toBeVisible()
  await player.getByRole('button', { name: /^Воспроизвести/ }).click()
  // It is the last one: with its end there is nothing that is played.
  await expect(player).toHaveCount(0)
})

test('a recording that is given up is sent to nobody, and a held one at once', async ({ member }) => {
  const alice = await member('alice', 'Alice Walker')
  const bob = await member('bob', 'Bob Marley')
  await befriend(alice, bob)
  const voices = alice.page.getByRole('button', { name: /^Play voice message/ })
  const record = alice.page.getByRole('button', { name: 'Record a voice message' })

  await record.press('Enter')
  await expect(time(alice.page, /^0:01/)).toBeVisible()
  await alice.page.getByRole('button', { name: 'Discard the recording' }).click()
  await expect(alice.composer).toBeVisible()

  const box = await record.boundingBox()
  if (!box) throw new Error('there is no button')
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  await alice.page.mouse.move(x, y)
  await alice.page.mouse.down()
  await expect(time(alice.page, /^0:01/)).toBeVisible()
  await alice.page.mouse.move(x - 150, y, { steps: 5 })
  await expect(alice.composer).toBeVisible()
  await alice.page.mouse.up()
  await expect(voices).toHaveCount(0)

  await alice.page.mouse.move(x, y)
  await alice.page.mouse.down()
  await expect(time(alice.page, /^0:02/)).toBeVisible()
  await alice.page.mouse.up()
  await expect(voices).toHaveCount(1)
  await expect(bob.page.getByRole('button', { name: /^Play voice message/ })).toHaveCount(1)
})

test('somebody speaks to the camera, and is seen in a circle', async ({ member }) => {
  const alice = await member('alice', 'Alice Walker')
  const bob = await member('bob', 'Bob Marley')
  await befriend(alice, bob)

  await alice.attaches('circle')
  await expect(time(alice.page, /^0:0[2-9]/)).toBeVisible()
  await alice.page.getByRole('button', { name: 'Send', exact: true }).click()

  const circle = bob.page.getByRole('button', { name: /^Video by Alice Walker/ })
  await expect(picture(circle)).toBeVisible()
  expect(await barriers(bob.page)).toEqual([])
  await circle.click()
  await expect(circle).toHaveAttribute('aria-pressed', 'true')
  await expect
    .poll(() => circle.locator('video').evaluate((video: HTMLVideoElement) => video.videoWidth))
    .toBeGreaterThan(0)
})

test('a film plays before all of it is there', async ({ member }) => {
  const alice = await member('alice', 'Alice Walker')
  const bob = await member('bob', 'Bob Marley')
  // Else a film as small as this one would come by itself.
  await bob.opens('settings/storage')
  await bob.page.getByRole('switch', { name: 'Data saver' }).click()
  await bob.opens()
  await befriend(alice, bob)

  const sea = { name: 'sea.webm', mimeType: 'video/webm', buffer: await film(alice.page) }
  await alice.attachesFiles('photos', sea)
  await expect(alice.page.getByRole('img', { name: 'sea.webm' })).toBeVisible()
  await alice.page.getByRole('button', { name: 'Send', exact: true }).click()

  const there = bob.page.getByRole('button', { name: /^Video by Alice Walker, 0:0/ })
  await expect(picture(there)).toBeVisible()
  expect(await barriers(bob.page)).toEqual([])
  await there.click()
  const video = bob.page.getByRole('dialog').locator('video')
  await expect.poll(() => video.evaluate((video: HTMLVideoElement) => video.currentTime)).toBeGreaterThan(0.2)
  // By the service worker, and not from something that was fetched as a whole before.
  expect(await video.evaluate((video: HTMLVideoElement) => video.currentSrc)).toContain('/played/')
  await bob.page.keyboard.press('Escape')
  await expect(video).toHaveCount(0)
})

/** A film as a camera makes it: a few seconds that move. */
async function film(page: Page): Promise<Buffer> {
  const base64 = await page.evaluate(async () => {
    const stream = await navigator.mediaDevices.getUserMedia({
      video: { width: 640, height: 360 },
      audio: true,
    })
    const recorder = new MediaRecorder(stream, { mimeType: 'video/webm;codecs=vp8,opus' })
    const pieces: Blob[] = []
    recorder.addEventListener('dataavailable', ({ data }) => pieces.push(data))
    const ended = new Promise((resolve) => recorder.addEventListener('stop', resolve))
    recorder.start(100)
    while (pieces.length < 30)
      await new Promise((resolve) => recorder.addEventListener('dataavailable', resolve, { once: true }))
    recorder.stop()
    await ended
    for (const track of stream.getTracks()) track.stop()
    const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer())
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
  })
  return Buffer.from(base64, 'base64')
}
