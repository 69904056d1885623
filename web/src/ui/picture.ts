/** A picture as the components here show it. */
export interface Picture {
  readonly id: string
  /** `blob:` or of the app itself; undefined while it is not here. */
  readonly src?: string | undefined
  /** A blurred one, as a `data:` address, until it is. */
  readonly placeholder?: string | undefined
  /** What is seen on it, as far as that is known. */
  readonly alt: string
  /** In pixels, upright. */
  readonly width: number
  readonly height: number
  /** It moves: this is what it begins with. */
  readonly isFilm?: boolean
}
