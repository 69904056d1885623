/** What this installation is called in one's list of devices, from what the browser tells about itself: "Firefox, Windows". */
export function deviceName(userAgent: string): string {
  const browser = first(userAgent, BROWSERS)
  const system = first(userAgent, SYSTEMS)
  return [browser, system].filter((part) => part !== undefined).join(', ') || 'Web'
}

// The order matters: most browsers also claim to be the ones below them.
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/YaBrowser\//, 'Yandex Browser'],
  [/Edg(A|iOS)?\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [/(Firefox|FxiOS)\//, 'Firefox'],
  [/(Chrome|CriOS)\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]

const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/iPad/, 'iPad'],
  [/iPhone/, 'iPhone'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'Mac'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
]

function first(userAgent: string, known: readonly (readonly [RegExp, string])[]): string | undefined {
  return known.find(([pattern]) => pattern.test(userAgent))?.[1]
}
