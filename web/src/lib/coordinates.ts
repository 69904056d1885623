/** A point on earth, in degrees. */
export interface Degrees {
  readonly latitude: number
  readonly longitude: number
}

/** The engine counts in ten-millionths of a degree. */
const FIXED = 10_000_000

export const toFixed = ({ latitude, longitude }: Degrees): { latitude: number; longitude: number } => ({
  latitude: Math.round(latitude * FIXED),
  longitude: Math.round(longitude * FIXED),
})

export const fromFixed = ({ latitude, longitude }: Degrees): Degrees => ({
  latitude: latitude / FIXED,
  longitude: longitude / FIXED,
})

/** As other programs read it: a point, no matter which language people speak. */
export const written = ({ latitude, longitude }: Degrees): string =>
  `${latitude.toFixed(6)}, ${longitude.toFixed(6)}`

/** Where the point can be seen: on a site, and in a program for maps; Apple's devices do not know `geo:`. */
export function mapsOf(point: Degrees): { osm: string; geo: string; apple: string } {
  const [north, east] = [point.latitude.toFixed(6), point.longitude.toFixed(6)]
  return {
    osm: `https://www.openstreetmap.org/?mlat=${north}&mlon=${east}#map=17/${north}/${east}`,
    geo: `geo:${north},${east}`,
    apple: `https://maps.apple.com/?ll=${north},${east}&q=${north},${east}`,
  }
}

/**
 * Reads what people type or paste: degrees ("55.7558, 37.6173", "55,7558 37,6173"), degrees with minutes and seconds
 * (55°45′21″N 37°37′02″E), a `geo:` address, or a link of a site with maps. Nothing is asked of anybody. Undefined if it
 * is no point on earth.
 */
export function readCoordinates(typed: string): Degrees | undefined {
  const text = typed.trim().slice(0, 2_000)
  return onEarth(fromAddress(text) ?? fromDegrees(text) ?? fromMinutes(text))
}

const NUMBER = String.raw`[-+]?\d{1,3}(?:\.\d+)?`
const PAIR = new RegExp(`(${NUMBER}),\\s*(${NUMBER})`)

function onEarth(point: Degrees | undefined): Degrees | undefined {
  return point && Math.abs(point.latitude) <= 90 && Math.abs(point.longitude) <= 180 ? point : undefined
}

function pair(text: string | null | undefined, isEastFirst = false): Degrees | undefined {
  const [, first, second] = (text == null ? null : PAIR.exec(text)) ?? []
  if (first === undefined || second === undefined) return undefined
  const [north, east] = isEastFirst ? [second, first] : [first, second]
  return { latitude: Number(north), longitude: Number(east) }
}

function fromAddress(text: string): Degrees | undefined {
  if (/^geo:/i.test(text)) return pair(text.slice(4))
  if (!/^https?:/i.test(text) || !URL.canParse(text)) return undefined
  const { hostname, pathname, searchParams, hash } = new URL(text)
  const given = (name: string) => searchParams.get(name)
  if (/(^|\.)openstreetmap\.org$/.test(hostname)) {
    const [mlat, mlon] = [given('mlat'), given('mlon')]
    const map = /map=[\d.]+\/([-\d.]+)\/([-\d.]+)/.exec(hash)
    return pair(mlat !== null && mlon !== null ? `${mlat},${mlon}` : map ? `${map[1]},${map[2]}` : null)
  }
  // Of the pin first, else of the middle of the map. Yandex and 2GIS put the east before the north.
  if (/(^|\.)yandex\.[a-z.]+$/.test(hostname))
    return pair(given('pt') ?? given('whatshere[point]') ?? given('ll'), true)
  if (/(^|\.)2gis\.[a-z]+$/.test(hostname)) return pair(given('m') ?? pathname, true)
  if (/(^|\.)apple\.com$/.test(hostname)) return pair(given('coordinate') ?? given('ll') ?? given('q'))
  if (/(^|\.)(google\.[a-z.]+|goo\.gl)$/.test(hostname)) {
    const pin = /!3d([-\d.]+)!4d([-\d.]+)/.exec(pathname)
    return pair(pin ? `${pin[1]},${pin[2]}` : (given('query') ?? given('q') ?? given('ll') ?? pathname))
  }
  return undefined
}

function fromDegrees(text: string): Degrees | undefined {
  const points = new RegExp(`^(${NUMBER})(?:\\s*[,;]\\s*|\\s+)(${NUMBER})$`).exec(text)
  const commas = /^([-+]?\d{1,3},\d+)(?:\s*[,;]\s+|\s*;\s*|\s+)([-+]?\d{1,3},\d+)$/.exec(text)
  const [, north, east] = commas ?? points ?? []
  if (north === undefined || east === undefined) return undefined
  return { latitude: Number(north.replace(',', '.')), longitude: Number(east.replace(',', '.')) }
}

const PART =
  /([NSEWСЮВЗ]?)\s*(\d{1,3})\s*°\s*(?:(\d{1,2}(?:\.\d+)?)\s*['′’]\s*)?(?:(\d{1,2}(?:\.\d+)?)\s*["″”]\s*)?([NSEWСЮВЗ]?)/giu

function fromMinutes(text: string): Degrees | undefined {
  const parts = [...text.matchAll(PART)].map(([, before, degrees, minutes = '0', seconds = '0', after]) => {
    const value = Number(degrees) + Number(minutes) / 60 + Number(seconds) / 3600
    const side = (before || after || '').toUpperCase()
    const isRight = Number(minutes) < 60 && Number(seconds) < 60
    return { value: 'SWЮЗ'.includes(side) && side !== '' ? -value : value, side, isRight }
  })
  const [first, second] = parts
  if (!first || !second || parts.length > 2 || !first.isRight || !second.isRight) return undefined
  const isEastFirst = first.side !== '' && 'EWВЗ'.includes(first.side)
  const [north, east] = isEastFirst ? [second, first] : [first, second]
  return { latitude: north.value, longitude: east.value }
}
