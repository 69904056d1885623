import type { DriveKind, DriveProvider, DriveView } from '@/engine/port'
import { m } from '@/i18n/index.svelte'

/** Who runs drives that are connected on a page of theirs. Names are the same in each language. */
const PROVIDERS: Readonly<Record<DriveProvider, string>> = {
  dropbox: 'Dropbox',
  google: 'Google Drive',
  onedrive: 'OneDrive',
}

/** Where providers' pages lead back, as the server's operator has registered it with them. */
export const BACK = '/drive-connected'

export const isProvider = (kind: string): kind is DriveProvider => Object.hasOwn(PROVIDERS, kind)

export const providerName = (provider: DriveProvider): string => PROVIDERS[provider]

/** Where a drive is, as it is shown under its name; nothing where that says it already. */
export function placeOf({ name, kind, address }: DriveView): string | undefined {
  const place = isProvider(kind) ? providerName(kind) : address
  return place === name ? undefined : place
}

/** Why something was not done with a cloud drive. */
export type DriveReason =
  | 'denied'
  | 'not_found'
  | 'exists'
  | 'full'
  | 'busy'
  | 'unreachable'
  | 'wrong'
  | 'too_large'
  | 'offline'
  | 'cut'
  | 'expired'

/** Something was not done with a cloud drive. */
export class DriveTrouble extends Error {
  override readonly name = 'DriveTrouble'
  readonly reason: DriveReason

  constructor(reason: DriveReason) {
    super(reason)
    this.reason = reason
  }
}

const REASONS: Readonly<Record<string, DriveReason>> = {
  FORBIDDEN: 'denied',
  NOT_FOUND: 'not_found',
  ALREADY_EXISTS: 'exists',
  QUOTA_EXCEEDED: 'full',
  OVERLOADED: 'busy',
  RATE_LIMITED: 'busy',
  BAD_REQUEST: 'wrong',
  TOO_LARGE: 'too_large',
  DRIVE_EXPIRED: 'expired',
}

/** What a refusal of the server means; what is none of those that are known is told as no answer. */
export function driveReason(problem: unknown): DriveReason {
  const code =
    typeof problem === 'object' && problem !== null && 'code' in problem ? String(problem.code) : ''
  return REASONS[code] ?? 'unreachable'
}

/** The same in a sentence or two, for a drive of this kind. */
export function driveSentence(reason: DriveReason, kind: DriveKind): string {
  const isCloud = isProvider(kind)
  switch (reason) {
    case 'denied':
      return isCloud ? m.drives.denied_cloud() : m.drives.denied()
    case 'not_found':
      return m.drives.not_found()
    case 'exists':
      return m.drives.exists()
    case 'full':
      return m.drives.full()
    case 'busy':
      return m.drives.busy()
    case 'wrong':
      return m.drives.wrong()
    case 'too_large':
      return m.drives.too_large()
    case 'offline':
      return m.drives.offline()
    case 'cut':
      return m.drives.cut()
    case 'expired':
      return m.drives.expired()
    case 'unreachable':
      return isCloud ? m.drives.unreachable_cloud({ name: providerName(kind) }) : m.drives.unreachable()
  }
}

/** A path on a drive, of a name in a folder. */
export const pathIn = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`)

/** Another name for a file of which there is one already: `photo (2).jpg`. */
export function beside(name: string, number: number): string {
  const dot = name.lastIndexOf('.')
  const end = dot > 0 ? dot : name.length
  return `${name.slice(0, end)} (${String(number)})${name.slice(end)}`
}
