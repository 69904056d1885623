export type Tool = 'crop' | 'draw' | 'text' | 'hide'
export type Ratio = 'free' | 'original' | 'square' | '4:3' | '16:9'
export type Brush = 'pen' | 'marker' | 'arrow' | 'line' | 'rectangle' | 'ellipse'
export type Look = 'mosaic' | 'blur' | 'solid'

/** Width by height; upright for a picture that is. */
export function ratioOfShape(ratio: Ratio, original: number): number | undefined {
  const along = (long: number) => (original < 1 ? 1 / long : long)
  switch (ratio) {
    case 'free':
      return undefined
    case 'original':
      return original
    case 'square':
      return 1
    case '4:3':
      return along(4 / 3)
    case '16:9':
      return along(16 / 9)
  }
}
