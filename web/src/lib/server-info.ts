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
}

/** Reads the answer of `GET /api/v1/server`; undefined if something else answers there. */
export function parseServerInfo(answer: unknown): ServerInfo | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined
  const fields = new Map<string, unknown>(Object.entries(answer))
  const name = fields.get('name')
  const version = fields.get('version')
  const registration = fields.get('registration')
  const pushKey = fields.get('push_key')
  if (typeof name !== 'string' || typeof version !== 'string') return undefined
  return {
    name,
    version,
    // A way in that this version does not know is one that it can't offer.
    registration: registration === 'open' || registration === 'invite' ? registration : 'closed',
    passwordRequired: fields.get('password_required') === true,
    pushKey: typeof pushKey === 'string' ? pushKey : '',
  }
}
