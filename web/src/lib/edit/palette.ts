/** Colours to draw with: they belong to the picture, not to the theme. */
export const INKS = {
  white: '#ffffff',
  black: '#141414',
  red: '#f0323c',
  orange: '#ff8a1f',
  yellow: '#ffd91f',
  green: '#2fb457',
  blue: '#2387f5',
  violet: '#8d4ce0',
} as const

export type Ink = keyof typeof INKS

/** Black or white, whichever is read on it. */
export function contrastTo(colour: string): string {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
  return light > 0.4 ? INKS.black : INKS.white
}
