/** What a browser tells of the network (Network Information API); each of them leaves out some of it. */
export interface Connection extends Pick<EventTarget, 'addEventListener'> {
  readonly type?: string
  readonly effectiveType?: string
  readonly saveData?: boolean
}

const METERED = new Set(['cellular', 'wimax', 'bluetooth'])
const UNMETERED = new Set(['wifi', 'ethernet'])
/** As quick as such a network: whatever it is, much should not come over it unasked. */
const SLOW = new Set(['slow-2g', '2g', '3g'])

/** Whether a network is one that costs by the byte; undefined where nobody knows, or there is none. */
export function isMetered(connection: Omit<Connection, 'addEventListener'> | undefined): boolean | undefined {
  if (!connection || connection.type === 'none') return undefined
  const { type = '', effectiveType, saveData } = connection
  if (saveData === true || METERED.has(type)) return true
  if (UNMETERED.has(type)) return false
  return effectiveType === undefined ? undefined : SLOW.has(effectiveType)
}
