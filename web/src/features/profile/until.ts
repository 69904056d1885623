/** Until when a status holds; `then` is what was chosen before. */
export const UNTIL = ['never', 'hour', 'four_hours', 'today', 'week', 'then'] as const
export type Until = (typeof UNTIL)[number]

const HOUR = 3_600_000

/** The moment; null for ever. */
export function untilWhen(until: Exclude<Until, 'then'>, now: Date): number | null {
  switch (until) {
    case 'never':
      return null
    case 'hour':
      return now.getTime() + HOUR
    case 'four_hours':
      return now.getTime() + 4 * HOUR
    case 'today':
      return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1).getTime()
    case 'week':
      return new Date(
        now.getFullYear(),
        now.getMonth(),
        now.getDate() + 7,
        now.getHours(),
        now.getMinutes(),
      ).getTime()
  }
}
