/** Where a person is. Every place has an address, so that Back, a reload and a shared link lead there. */
export type Route =
  | { readonly at: 'conversations' }
  | { readonly at: 'archive' }
  | { readonly at: 'conversation'; readonly conversation: string; readonly row?: number }
  | { readonly at: 'conversation-info'; readonly conversation: string }
  | { readonly at: 'message-info'; readonly conversation: string; readonly row: number }
  | { readonly at: 'person'; readonly account: string }
  | { readonly at: 'new'; readonly what?: 'group' | 'contact' }
  | { readonly at: 'settings'; readonly section?: string }
  | { readonly at: 'join'; readonly step?: string }
  /** An invitation to join this server. */
  | { readonly at: 'invitation'; readonly token: string }
  /** A link to a group or a person, as its path and what stands behind its `#`: that part never leaves the browser. */
  | { readonly at: 'shared'; readonly link: string }
  | { readonly at: 'link'; readonly code: string }
  /** Another app shares this text. It stands behind the `#`: it never leaves the browser. */
  | { readonly at: 'share'; readonly text: string }
  | { readonly at: 'missing'; readonly path: string }

const SAFE_SEGMENT = /^[\w.~-]{1,128}$/
/** As usernames are; the ids of accounts have hyphens. */
const USERNAME = /^[a-z]\w{2,31}$/i
/** As the steps of joining are; invitations are longer. */
const STEP = /^[a-z-]{1,15}$/

/** What an address means: a path, and what stands behind its `#`, if that matters. */
export function parse(address: string): Route {
  const [path = ''] = address.split('#', 1)
  const fragment = address.slice(path.length + 1)
  const missing: Route = { at: 'missing', path }
  const shared: Route = { at: 'shared', link: address }
  const segments = path.split('/').filter((segment) => segment !== '')
  if (!segments.every((segment) => SAFE_SEGMENT.test(segment))) return missing
  const [first, second, third, fourth, ...rest] = segments
  if (rest.length > 0) return missing
  switch (first) {
    case undefined:
      return { at: 'conversations' }
    case 'archive':
      return second === undefined ? { at: 'archive' } : missing
    case 'c':
      return second === undefined ? missing : (inConversation(second, third, fourth) ?? missing)
    case 'u':
      if (second === undefined || third !== undefined) return missing
      return USERNAME.test(second) ? shared : { at: 'person', account: second }
    case 'i':
    case 'p':
      return second !== undefined && third === undefined ? shared : missing
    case 'stickers':
      return second !== undefined && fourth === undefined ? shared : missing
    case 'l':
      return second !== undefined && third === undefined ? { at: 'link', code: second } : missing
    case 'drive-connected':
      // What it brings is read where drives are connected.
      return second === undefined ? { at: 'settings', section: 'drives' } : missing
    case 'share':
      return second === undefined ? { at: 'share', text: decoded(fragment) } : missing
    case 'open':
      return second === undefined ? (ofProtocol(decoded(fragment)) ?? missing) : missing
    case 'new':
      if (second === undefined) return { at: 'new' }
      return third === undefined && (second === 'group' || second === 'contact')
        ? { at: 'new', what: second }
        : missing
    case 'settings':
      if (third !== undefined) return missing
      return second === undefined ? { at: 'settings' } : { at: 'settings', section: second }
    case 'join':
      if (third !== undefined) return missing
      if (second === undefined) return { at: 'join' }
      return STEP.test(second) ? { at: 'join', step: second } : { at: 'invitation', token: second }
    default:
      return missing
  }
}

/** What another program hands over as a link of the protocol `web+beseda:`, which the installed app takes: a place in it. */
function ofProtocol(link: string): Route | undefined {
  const place = /^web\+beseda:(\/\w.*)$/.exec(link)?.[1]
  // Nothing leads in circles.
  return place === undefined || place.startsWith('/open') ? undefined : parse(place)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function inConversation(conversation: string, what?: string, which?: string): Route | undefined {
  if (what === undefined) return { at: 'conversation', conversation }
  if (what === 'info' && which === undefined) return { at: 'conversation-info', conversation }
  const row = which !== undefined && /^\d{1,15}$/.test(which) ? Number(which) : undefined
  if (row === undefined) return undefined
  if (what === 'm') return { at: 'conversation', conversation, row }
  return what === 'about' ? { at: 'message-info', conversation, row } : undefined
}

/** The address of a place: `<a href={href(…)}>`. */
export function href(route: Route): string {
  switch (route.at) {
    case 'conversations':
      return '/'
    case 'archive':
      return '/archive'
    case 'conversation':
      return `/c/${route.conversation}` + (route.row === undefined ? '' : `/m/${route.row}`)
    case 'conversation-info':
      return `/c/${route.conversation}/info`
    case 'message-info':
      return `/c/${route.conversation}/about/${route.row}`
    case 'person':
      return `/u/${route.account}`
    case 'new':
      return route.what === undefined ? '/new' : `/new/${route.what}`
    case 'settings':
      return route.section === undefined ? '/settings' : `/settings/${route.section}`
    case 'join':
      return route.step === undefined ? '/join' : `/join/${route.step}`
    case 'invitation':
      return `/join/${route.token}`
    case 'shared':
      return route.link
    case 'link':
      return `/l/${route.code}`
    case 'share':
      return `/share#${encodeURIComponent(route.text)}`
    case 'missing':
      return route.path
  }
}

/** Where "up" leads when there is nothing to go back to, as after opening a shared link. */
export function parent(route: Route): Route {
  switch (route.at) {
    case 'conversation-info':
    case 'message-info':
      return { at: 'conversation', conversation: route.conversation }
    case 'conversation':
      return route.row === undefined
        ? { at: 'conversations' }
        : { at: 'conversation', conversation: route.conversation }
    case 'settings':
      return route.section === undefined ? { at: 'conversations' } : { at: 'settings' }
    case 'new':
      return route.what === undefined ? { at: 'conversations' } : { at: 'new' }
    case 'join':
      return route.step === undefined ? { at: 'conversations' } : { at: 'join' }
    case 'link':
      return { at: 'settings', section: 'devices' }
    case 'conversations':
    case 'archive':
    case 'person':
    case 'invitation':
    case 'shared':
    case 'share':
    case 'missing':
      return { at: 'conversations' }
  }
}
