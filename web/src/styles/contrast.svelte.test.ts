import { afterEach, expect, test } from 'vitest'
import { CHOICES } from '@/lib/settings'

const PEOPLE = [0, 1, 2, 3, 4, 5, 6, 7]

/** Text and the ground it stands on. */
const PAIRS: readonly (readonly [text: string, ground: string])[] = [
  ...['text', 'text-muted', 'text-accent', 'text-danger', 'text-warning', 'text-positive'].flatMap((text) =>
    ['surface', 'surface-sunken', 'surface-raised'].map((ground) => [text, ground] as const),
  ),
  ['text-muted', 'surface-field'],
  ['text-inverse', 'surface-inverse'],
  ['lamp-inverse', 'surface-inverse'],
  ['accent-text', 'accent'],
  ['accent-text', 'accent-hover'],
  ['accent-soft-text', 'accent-soft'],
  ['text-accent', 'accent-soft'],
  ['lamp-text', 'lamp'],
  ['danger-text', 'danger'],
  ['danger-text', 'danger-hover'],
  ['text-danger', 'danger-soft'],
  ['text-warning', 'warning-soft'],
  ['badge-text', 'badge'],
  ['badge-muted-text', 'badge-muted'],
  ['text', 'highlight'],
  ['picture-text', 'picture-ground'],
  ['bubble-other-text', 'bubble-other'],
  ['bubble-other-muted', 'bubble-other'],
  ['bubble-own-text', 'bubble-own'],
  ['bubble-own-muted', 'bubble-own'],
  ['text-accent', 'bubble-own'],
  ...PEOPLE.map((one) => ['person-text', `person-${String(one)}`] as const),
  ...PEOPLE.map((one) => [`name-${String(one)}`, 'bubble-other'] as const),
]

/** The frames of controls, which need less. */
const EDGES = [
  ['line-control', 'surface'],
  ['line-control', 'surface-sunken'],
  ['focus', 'surface'],
  ['focus', 'surface-sunken'],
] as const

const canvas = new OffscreenCanvas(1, 1)
const pen = canvas.getContext('2d', { willReadFrequently: true })

function luminance(role: string): number {
  const probe = document.createElement('span')
  probe.style.backgroundColor = `var(--${role})`
  document.body.append(probe)
  if (!pen) throw new Error('no canvas')
  pen.clearRect(0, 0, 1, 1)
  pen.fillStyle = getComputedStyle(probe).backgroundColor
  pen.fillRect(0, 0, 1, 1)
  probe.remove()
  const [red = 0, green = 0, blue = 0, alpha = 0] = pen.getImageData(0, 0, 1, 1).data
  if (alpha !== 255) throw new Error(`--${role} is not a solid colour`)
  const linear = (value: number) => {
    const part = value / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

function contrast(one: string, other: string): number {
  const [a, b] = [luminance(one), luminance(other)]
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

afterEach(() => {
  delete document.documentElement.dataset['theme']
  delete document.documentElement.dataset['accent']
})

test.each(
  CHOICES.accent.flatMap((accent) => (['light', 'dark'] as const).map((theme) => ({ accent, theme }))),
)('text can be read in $accent, $theme', ({ accent, theme }) => {
  document.documentElement.dataset['theme'] = theme
  document.documentElement.dataset['accent'] = accent
  const below = (pairs: readonly (readonly [string, string])[], least: number) =>
    pairs
      .map(([one, other]) => ({ pair: `${one} on ${other}`, contrast: contrast(one, other) }))
      .filter((found) => found.contrast < least)
  expect(below(PAIRS, 4.5)).toEqual([])
  expect(below(EDGES, 3)).toEqual([])
})
