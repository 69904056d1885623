import { describe, expect, test } from 'vitest'
import { seeded } from '@/lib/seeded'
import { begun, changed, redone, settled, undone, type History } from './history'

describe('what was done', () => {
  test('is taken back and done again', () => {
    const history = changed(changed(begun('a'), 'b'), 'c')
    expect(undone(history).present).toBe('b')
    expect(undone(undone(history)).present).toBe('a')
    expect(undone(undone(undone(history))).present).toBe('a')
    expect(redone(undone(history)).present).toBe('c')
    expect(redone(history).present).toBe('c')
  })

  test('is gone for good when something else is done instead', () => {
    const history = changed(undone(changed(begun('a'), 'b')), 'c')
    expect(history.future).toEqual([])
    expect(undone(history).present).toBe('a')
  })

  test('is one step as long as it is the same thing', () => {
    let history = begun(0)
    for (const tilt of [1, 2, 3]) history = changed(history, tilt, 'tilt')
    expect(undone(history).present).toBe(0)
    history = changed(settled(history), 4, 'tilt')
    expect(undone(history).present).toBe(3)
    expect(undone(changed(history, 5, 'move')).present).toBe(4)
  })

  test('does not count what changes nothing', () => {
    const history = begun({ of: 1 })
    expect(changed(history, history.present)).toBe(history)
  })

  test('comes back whole, whatever is done in which order', () => {
    for (let seed = 1; seed <= 100; seed += 1) {
      const random = seeded(seed)
      let history: History<number> = begun(0)
      const known = [0]
      let at = 0
      for (let step = 1; step < 60; step += 1) {
        const what = random()
        if (what < 0.5) {
          history = changed(history, step)
          known.splice(at + 1, known.length, step)
          at += 1
        } else if (what < 0.8) {
          history = undone(history)
          at = Math.max(0, at - 1)
        } else {
          history = redone(history)
          at = Math.min(known.length - 1, at + 1)
        }
        expect(history.present, `seed ${seed}`).toBe(known[at])
      }
    }
  })
})
