import leaflet, { type Coords, type DoneCallback, type GridLayer } from 'leaflet'

/** A square of the map as an address that can be shown; rejects where there is none. */
export type Tile = (zoom: number, x: number, y: number) => Promise<string>

/** A layer of squares that come from wherever `tile` has them. */
export function tiles(tile: Tile, maxZoom: number): GridLayer {
  class Squares extends leaflet.GridLayer {
    protected override createTile({ x, y, z }: Coords, done: DoneCallback): HTMLElement {
      const img = document.createElement('img')
      img.alt = ''
      tile(z, x, y).then(
        (url) => {
          img.src = url
          done(undefined, img)
        },
        // The square stays empty; what is around it can be seen.
        (error: unknown) => done(error instanceof Error ? error : new Error('no square'), img),
      )
      return img
    }
  }
  return new Squares({ maxNativeZoom: maxZoom, maxZoom, keepBuffer: 1, updateWhenIdle: true })
}
