/** How people join a server, as its operator allows. */
export interface ServerInfo {
  /** The name that the operator gave it. */
  readonly name: string
  readonly version: string
  readonly registration: 'open' | 'invite' | 'closed'
  /** Whether an account needs a username and a password. */
  readonly passwordRequired: boolean
}

/** Reads the answer of `GET /api/v1/server`; undefined if something else answers there. */
export function parseServerInfo(answer: unknown): ServerInfo | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined
  const fields = new Map<string, unknown>(Object.entries(answer))
  const name = fields.get('name')
  const version = fields.get('version')
  const registration = fields.get('registration')
  if (typeof name !== 'string' || typeof version !== 'string') return undefined
  return {
    name,
    version,
    // A way in that this version does not know is one that it can't offer.
    registration: registration === 'open' || registration === 'invite' ? registration : 'closed',
    passwordRequired: fields.get('password_required') === true,
  }
}
