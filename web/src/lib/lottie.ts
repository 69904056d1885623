// Stickers that are drawn anew in each frame: Lottie, packed by gzip (`.tgs`). They come from others, so what stands in one is
// looked at before anything draws it: it fetches nothing, runs nothing, and is no larger than it says.

/** How its media type is written. */
export const VECTOR_STICKER = 'application/x-tgsticker'

/** Bytes of one that is packed, as the engine takes it. */
export const MOST_PACKED = 64 * 1024
/** Bytes of one that is unpacked. */
const MOST_BYTES = 2 * 1024 * 1024
/** Of whatever it is made of: objects, lists, numbers and words; also where a part is shown several times. */
const MOST_PARTS = 250_000
const MOST_DEPTH = 48
const MOST_FRAMES = 1_200
const MOST_RATE = 120
const MOST_SIDE = 4_096
const MOST_NUMBER = 1_000_000
const MOST_LETTERS = 200
const MOST_CORNERS = 100
/** Parts of it that are shown in others, each in each. */
const MOST_NESTED = 8
/** Layers that one moves with. */
const MOST_ABOVE = 64

/** What others see of layers: none with pictures, words, sounds, or whatever a later version adds. */
const LAYERS = { part: 0, plain: 1, none: 3, shapes: 4 } as const
/** Shapes of which one can tell what it takes to draw them. What repeats others, or breaks their lines, can't be told of. */
const SHAPES = new Set(['gr', 'sh', 'rc', 'el', 'sr', 'fl', 'gf', 'st', 'gs', 'tr', 'tm', 'rd', 'mm'])
/** What is left away: names that only its maker knows, programs and effects that nobody runs, broken lines. */
const LEFT_AWAY = new Set([
  'nm',
  'mn',
  'cl',
  'ln',
  'ef',
  'sy',
  'meta',
  'metadata',
  'markers',
  'fonts',
  'chars',
  '__proto__',
])

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
type Fields = { readonly [key: string]: Json }

/** An animation that may be drawn. */
export interface Lottie {
  readonly data: Fields
  readonly width: number
  readonly height: number
  readonly frames: number
  /** Frames a second. */
  readonly rate: number
}

/** Why there is nothing to be drawn. It is said to who makes a sticker; others see its emoji. */
export class LottieError extends Error {}

const wrong = (why: string): never => {
  throw new LottieError(`no sticker is made of it: ${why}`)
}

/** What is in a file that is packed. Rejects with a `LottieError`. */
export async function unpackedLottie(packed: Blob): Promise<Lottie> {
  if (packed.size > MOST_PACKED) wrong('it is too large')
  return parsedLottie(await unpacked(packed))
}

/** The same of one that is not packed, of whatever size. Throws a `LottieError`. */
export function parsedLottie(text: string): Lottie {
  if (text.length > MOST_BYTES) wrong('it is too large')
  return soundLottie(jsonOf(text))
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return wrong('it is no JSON')
  }
}

/** An animation as it is passed on: without what nobody sees, and packed. Rejects with a `LottieError` if it is too large. */
export async function packedLottie({ data }: Lottie): Promise<Blob> {
  const stream = new Blob([JSON.stringify(data)]).stream().pipeThrough(new CompressionStream('gzip'))
  const blob = await new Response(stream).blob()
  if (blob.size > MOST_PACKED) wrong('it is too large')
  return new Blob([blob], { type: VECTOR_STICKER })
}

/** Never more than is allowed, whatever a few bytes would become. */
async function unpacked(packed: Blob): Promise<string> {
  const reader = packed.stream().pipeThrough(new DecompressionStream('gzip')).getReader()
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return text + decoder.decode()
      size += value.length
      if (size > MOST_BYTES) wrong('it is too large')
      text += decoder.decode(value, { stream: true })
    }
  } catch (error) {
    throw error instanceof LottieError ? error : new LottieError('no sticker is made of it: it is not packed')
  } finally {
    // Nothing more of it is unpacked.
    void reader.cancel().catch(() => undefined)
  }
}

/** What may be drawn of a JSON. Throws a `LottieError`. */
export function soundLottie(json: unknown): Lottie {
  const root = fields(new Cleaner().clean(json))
  const [rate, first, last] = [number(root['fr']), number(root['ip']), number(root['op'])]
  const [width, height] = [number(root['w']), number(root['h'])]
  const frames = Math.floor(last - first)
  if (rate < 1 || rate > MOST_RATE || frames < 1 || frames > MOST_FRAMES)
    wrong('it has no or too many frames')
  if (Math.min(width, height) < 1 || Math.max(width, height) > MOST_SIDE) wrong('it is too large')
  const assets = list(root['assets'] ?? []).map(fields)
  const layers = list(root['layers']).map(fields)
  const parts = new Parts(assets)
  parts.weigh(layers)
  const version = typeof root['v'] === 'string' && /^\d+\.\d+\.\d+$/.test(root['v']) ? root['v'] : '5.5.2'
  const data: Fields = {
    ...{ v: version, fr: rate, ip: first, op: last, w: width, h: height, ddd: 0 },
    ...{ assets: assets.map((asset) => ({ id: asset['id'] ?? '', layers: asset['layers'] ?? [] })), layers },
  }
  return { data, width, height, frames, rate }
}

const fields = (json: Json | undefined): Fields =>
  json !== null && typeof json === 'object' && !isList(json) ? json : wrong('a part is missing')
const list = (json: Json | undefined): readonly Json[] => (isList(json) ? json : wrong('a list is missing'))
const number = (json: Json | undefined): number =>
  typeof json === 'number' ? json : wrong('a number is missing')
const isList = (json: Json | undefined): json is readonly Json[] => Array.isArray(json)

/** Goes through all of it once. */
class Cleaner {
  #parts = 0

  clean(json: unknown, depth = 0): Json {
    this.#parts += 1
    if (this.#parts > MOST_PARTS || depth > MOST_DEPTH) wrong('it has too many parts')
    if (typeof json === 'number')
      return Math.abs(json) <= MOST_NUMBER ? json : wrong('it has a number without measure')
    if (typeof json === 'string') return json.length <= MOST_LETTERS ? json : wrong('it has words')
    if (typeof json === 'boolean') return json
    if (Array.isArray(json)) return json.map((one: unknown) => this.clean(one, depth + 1))
    if (typeof json !== 'object' || json === null) return null
    const entries: readonly (readonly [string, unknown])[] = Object.entries(json)
    return Object.fromEntries(
      entries
        .filter(([key, value]) => !isLeftAway(key, value))
        .map(([key, value]) => [key, this.clean(value, depth + 1)]),
    )
  }
}

const isLeftAway = (key: string, value: unknown) =>
  LEFT_AWAY.has(key) ||
  // A program, where a curve has a number.
  (key === 'x' && typeof value === 'string') ||
  // Lines with gaps: the shorter these are, the longer it takes to draw one.
  (key === 'd' && Array.isArray(value))

/** What it takes to draw layers, with all that they show of others. */
class Parts {
  readonly #assets: ReadonlyMap<Json, Fields>
  readonly #weights = new Map<Json, number>()

  constructor(assets: readonly Fields[]) {
    this.#assets = new Map(assets.map((asset) => [asset['id'] ?? '', asset]))
  }

  /** Throws where it is too much, or of a kind that is not drawn. */
  weigh(layers: readonly Json[], depth = 0): number {
    if (depth > MOST_NESTED) wrong('its parts are in each other')
    let weight = 0
    judgeParents(layers.map(fields))
    for (const layer of layers.map(fields)) {
      weight += sizeOf(layer)
      const { ty } = layer
      if (ty === LAYERS.part) weight += this.#weighPart(layer['refId'] ?? '', depth)
      else if (ty === LAYERS.shapes) judgeShapes(list(layer['shapes'] ?? []))
      else if (ty !== LAYERS.plain && ty !== LAYERS.none) wrong('it has pictures or words')
      if (weight > MOST_PARTS) wrong('it has too many parts')
    }
    return weight
  }

  #weighPart(id: Json, depth: number): number {
    const known = this.#weights.get(id)
    if (known !== undefined) return known
    const asset = this.#assets.get(id)
    if (!asset) return wrong('a part is missing')
    const weight = this.weigh(list(asset['layers']), depth + 1)
    this.#weights.set(id, weight)
    return weight
  }
}

function sizeOf(json: Json): number {
  if (json === null || typeof json !== 'object') return 1
  const inside = isList(json) ? json : Object.values(json)
  return inside.reduce<number>((sum, one) => sum + sizeOf(one), 1)
}

/** A layer moves with another one, and that with a third; but never with itself. */
function judgeParents(layers: readonly Fields[]): void {
  const above = new Map(layers.map((layer) => [layer['ind'], layer['parent']]))
  for (const start of above.values()) {
    let next = start
    for (let steps = 0; next !== undefined && next !== null; steps += 1) {
      if (steps > MOST_ABOVE) wrong('a layer moves with itself')
      next = above.get(next)
    }
  }
}

function judgeShapes(shapes: readonly Json[]): void {
  for (const shape of shapes.map(fields)) {
    const { ty } = shape
    if (typeof ty !== 'string' || !SHAPES.has(ty)) wrong('it has a shape that is not drawn')
    if (ty === 'gr') judgeShapes(list(shape['it'] ?? []))
    // How many corners a star has.
    const corners = ty === 'sr' ? fields(shape['pt'])['k'] : 3
    if (typeof corners !== 'number' || corners > MOST_CORNERS) wrong('it has a star without measure')
  }
}
