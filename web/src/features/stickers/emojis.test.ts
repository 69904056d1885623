import { expect, it } from 'vitest'
import { emojisOf } from './emojis'

it('takes each emoji once, and nothing else', () => {
  expect(emojisOf('😀 a 😀👍🏽, 🇷🇺')).toEqual(['😀', '👍🏽', '🇷🇺'])
  expect(emojisOf('text 1')).toEqual([])
})

it('takes five at most', () => {
  expect(emojisOf('😀😁😂😃😄')).toHaveLength(5)
  expect(emojisOf('😀😁😂😃😄😅')).toHaveLength(5)
})
