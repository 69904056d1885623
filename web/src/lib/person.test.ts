import { expect, test } from 'vitest'
import { colourOf, initials, PERSON_COLOURS } from './person'

test.each([
  ['Мария Ивановна Петрова', 'МП'],
  ['alice', 'A'],
  ['  bob   builder ', 'BB'],
  ['👩‍👩‍👧 Family', 'F'],
  ['👩‍👩‍👧', '👩‍👩‍👧'],
  ['"Quoted" (name)', 'QN'],
  ['7 nights', '7N'],
  ['ñandú', 'Ñ'],
  ['', ''],
  ['***', ''],
])('the initials of %j are %j', (name, expected) => {
  expect(initials(name)).toBe(expected)
})

test('an id keeps its colour', () => {
  expect(colourOf('01990000-0000-7000-8000-000000000001')).toBe(
    colourOf('01990000-0000-7000-8000-000000000001'),
  )
})

test('ids that differ in one digit spread over all colours', () => {
  const counts = new Map<number, number>()
  for (let n = 0; n < 800; n += 1) {
    const colour = colourOf(`01990000-0000-7000-8000-${String(n).padStart(12, '0')}`)
    counts.set(colour, (counts.get(colour) ?? 0) + 1)
  }
  expect(counts.size).toBe(PERSON_COLOURS)
  expect(Math.min(...counts.values())).toBeGreaterThan(50)
})
