// The server tells browsers to run nothing that the app does not vouch for (Trusted Types). What is started by its address
// is the app's own: the engine's worker and the service worker. For everything else there is no policy, so it is refused.
export {}

// Not in TypeScript's library, and not in every browser.
declare global {
  interface Window {
    readonly trustedTypes?: {
      createPolicy(name: string, rules: { createScriptURL: (address: string) => string }): unknown
    }
  }
}

window.trustedTypes?.createPolicy('default', {
  createScriptURL: (address) => {
    const { href, origin } = new URL(address, location.href)
    if (origin !== location.origin) throw new TypeError(`${origin} has no scripts for this app`)
    return href
  },
})
