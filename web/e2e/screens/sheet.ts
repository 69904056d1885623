import type { BrowserContext, Page } from '@playwright/test'

/** A blank page on which what people send is drawn: the browser knows fonts, emoji and documents best. */
export class Sheet {
  readonly #page: Page

  private constructor(page: Page) {
    this.#page = page
  }

  static async of(context: BrowserContext): Promise<Sheet> {
    return new Sheet(await context.newPage())
  }

  /** A picture of what is written in SVG. */
  async picture(name: string, width: number, height: number, svg: string) {
    await this.#write(width, height, svg)
    const mimeType = name.endsWith('.png') ? 'image/png' : 'image/jpeg'
    const type = name.endsWith('.png') ? 'png' : 'jpeg'
    return { name, mimeType, buffer: await this.#page.screenshot({ type, omitBackground: type === 'png' }) }
  }

  /** The same in a form that is among those of moving pictures. */
  async webp(width: number, height: number, svg: string) {
    await this.#write(width, height, svg)
    const browser = await this.#page.context().newCDPSession(this.#page)
    const { data } = await browser.send('Page.captureScreenshot', { format: 'webp', quality: 90 })
    await browser.detach()
    return { mimeType: 'image/webp', buffer: Buffer.from(data, 'base64') }
  }

  /** Squares of a map that is drawn in a square of as many; the upper left one is at `x` and `y`. */
  async squares(zoom: number, x: number, y: number, count: number, svg: string) {
    const side = 256
    await this.#write(side * count, side * count, svg)
    const squares: [string, Buffer][] = []
    for (let at = 0; at < count ** 2; at++) {
      const [column, row] = [at % count, Math.floor(at / count)]
      const clip = { x: column * side, y: row * side, width: side, height: side }
      squares.push([`/${zoom}/${x + column}/${y + row}.png`, await this.#page.screenshot({ clip })])
    }
    return squares
  }

  async pdf(name: string, html: string) {
    await this.#page.setContent(`<!doctype html>${html}`)
    const buffer = await this.#page.pdf({ format: 'A4', printBackground: true })
    return { name, mimeType: 'application/pdf', buffer }
  }

  async #write(width: number, height: number, svg: string): Promise<void> {
    await this.#page.setViewportSize({ width, height })
    const view = `xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}"`
    await this.#page.setContent(
      `<!doctype html><style>body { margin: 0 } svg { display: block; font-family: sans-serif }</style><svg ${view}>${svg}</svg>`,
    )
  }
}
