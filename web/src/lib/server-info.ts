/** How people join a server, as its operator allows. */
export interface ServerInfo {
  /** The name that the operator gave it. */
  readonly name: string
  readonly version: string
  readonly registration: 'open' | 'invite' | 'closed'
  /** Whether an account needs a username and a password. */
  readonly passwordRequired: boolean
  /** What browsers subscribe with at their push services; empty where the server wakes nobody. */
  readonly pushKey: string
  /** Whether an account may or must have a phone number. */
  readonly phone: 'off' | 'optional' | 'required'
  /** The country of numbers without a country's code, by its two letters. */
  readonly phoneRegion: string | undefined
  /** Whether it passes files from and to cloud drives on. */
  readonly drives: boolean
  /** With which providers drives can be connected on their own pages. */
  readonly driveProviders: readonly string[]
  /** Whether it looks at pages for their previews. */
  readonly previews: boolean
  /** Who gives it moving pictures, if anybody does; their name is to be seen with them. */
  readonly gifs: string | undefined
  /** Its map, if it has one. */
  readonly map: MapOffer | undefined
}

/** The server's map. */
export interface MapOffer {
  /** Whose it is: to be seen with it. */
  readonly attribution: string
  /** How far one can look into it. */
  readonly maxZoom: number
}

const PROVIDERS: Record<string, string> = { giphy: 'GIPHY', tenor: 'Tenor' }

function mapOf(answer: unknown): MapOffer | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined
  const fields = new Map<string, unknown>(Object.entries(answer))
  const attribution = fields.get('attribution')
  const maxZoom = fields.get('max_zoom')
  return typeof attribution === 'string' && typeof maxZoom === 'number' ? { attribution, maxZoom } : undefined
}

/** Reads the answer of `GET /api/v1/server`; undefined if something else answers there. */
export function parseServerInfo(answer: unknown): ServerInfo | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined
  const fields = new Map<string, unknown>(Object.entries(answer))
  const name = fields.get('name')
  const version = fields.get('version')
  const registration = fields.get('registration')
  const pushKey = fields.get('push_key')
  const phone = fields.get('phone')
  const providers = fields.get('drive_providers')
  const phoneRegion = fields.get('phone_region')
  const gifs = fields.get('gifs')
  if (typeof name !== 'string' || typeof version !== 'string') return undefined
  return {
    name,
    version,
    // A way in that this version does not know is one that it can't offer.
    registration: registration === 'open' || registration === 'invite' ? registration : 'closed',
    passwordRequired: fields.get('password_required') === true,
    pushKey: typeof pushKey === 'string' ? pushKey : '',
    phone: phone === 'optional' || phone === 'required' ? phone : 'off',
    phoneRegion: typeof phoneRegion === 'string' ? phoneRegion : undefined,
    drives: fields.get('drives') === true,
    driveProviders: Array.isArray(providers) ? providers.filter((one) => typeof one === 'string') : [],
    previews: fields.get('previews') === true,
    // One that this version does not know needs no name.
    gifs: typeof gifs === 'string' ? (PROVIDERS[gifs] ?? '') : undefined,
    map: mapOf(fields.get('map')),
  }
}
