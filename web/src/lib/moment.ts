// Moments in words. All in the reader's language and time zone.
import { locale } from '@/i18n/index.svelte'

const DAY = 86_400_000
const formats = new Map<string, Intl.DateTimeFormat>()

/** Making a format is slow, and a timeline needs thousands of times. */
function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale() + JSON.stringify(options)
  let known = formats.get(key)
  if (!known) {
    known = new Intl.DateTimeFormat(locale(), options)
    formats.set(key, known)
  }
  return known
}

/** Which day a moment belongs to: equal for two moments of the same one. */
export function dayOf(at: number): number {
  const date = new Date(at)
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
}

/** "14:05". */
export const clock = (at: number): string => format({ timeStyle: 'short' }).format(at)

/** Everything about a moment, for those who want to know exactly. */
export const exact = (at: number): string => format({ dateStyle: 'full', timeStyle: 'short' }).format(at)

/** "15 Jan 2027, 08:00": for a sentence. */
export const dated = (at: number): string => format({ dateStyle: 'medium', timeStyle: 'short' }).format(at)

/** "Today", "Yesterday", "Monday, 3 March"; with the year if it is another one. */
export function day(at: number, now: number): string {
  const words = dayWithin(at, now)
  return words.charAt(0).toLocaleUpperCase(locale()) + words.slice(1)
}

/** The same within a sentence: "yesterday". */
export function dayWithin(at: number, now: number): string {
  const days = Math.round((dayOf(now) - dayOf(at)) / DAY)
  if (days === 0 || days === 1) {
    return new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' }).format(-days, 'day')
  }
  const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear()
  return format(
    isThisYear
      ? { weekday: 'long', day: 'numeric', month: 'long' }
      : { day: 'numeric', month: 'long', year: 'numeric' },
  ).format(at)
}

/** As short as a list wants it: the time today, the weekday this week, the date before that. */
export function brief(at: number, now: number): string {
  const days = Math.round((dayOf(now) - dayOf(at)) / DAY)
  if (days <= 0) return clock(at)
  if (days < 7) return format({ weekday: 'short' }).format(at)
  const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear()
  return format(
    isThisYear ? { day: 'numeric', month: 'short' } : { day: '2-digit', month: '2-digit', year: '2-digit' },
  ).format(at)
}

const UNITS = [
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const
const SECOND = UNITS[4]

/** "90 minutes": a length of time in its largest unit that fits without a rest. */
export function duration(seconds: number): string {
  const [unit, size] = UNITS.find(([, size]) => seconds >= size && seconds % size === 0) ?? SECOND
  return inUnit(unit, seconds / size, 'long')
}

/** "1:05": a wait that is counted down. */
export const minutes = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`

/** "2 hours" for ninety minutes: a length of time about as long, in its largest unit. */
export function roughly(seconds: number, display: 'long' | 'narrow'): string {
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? SECOND
  return inUnit(unit, Math.ceil(seconds / size), display)
}

const inUnit = (unit: string, count: number, unitDisplay: 'long' | 'narrow'): string =>
  new Intl.NumberFormat(locale(), { style: 'unit', unit, unitDisplay }).format(count)
