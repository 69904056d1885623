import encode from 'qr'

/**
 * A QR code as the `d` of an SVG path, one unit a module, with the quiet zone that readers need around it, and its side.
 */
export function qrPath(text: string): { readonly path: string; readonly size: number } {
  const rows = encode(text, 'raw', { ecc: 'medium', border: 4 })
  let path = ''
  for (const [y, row] of rows.entries()) {
    for (let x = 0; x < row.length; x += 1) {
      if (!row[x]) continue
      const start = x
      while (row[x + 1]) x += 1
      path += `M${start} ${y}h${x + 1 - start}v1H${start}z`
    }
  }
  return { path, size: rows.length }
}
