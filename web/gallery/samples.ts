import type { Picture } from '@/ui/picture'

const SHAPES = [
  ['A lake in the evening', 1600, 1067, 210],
  ['A tower', 900, 1350, 30],
  ['A garden house', 1600, 1200, 120],
  ['A long shore', 2400, 800, 190],
  ['A face', 1200, 1200, 340],
  ['A screenshot', 1080, 2340, 265],
  ['Hills', 1500, 1000, 90],
  ['A small drawing', 120, 90, 55],
  ['A street', 1000, 1500, 10],
  ['The sea', 1800, 1200, 230],
] as const

/** Drawn here, so that the gallery needs no files: a sky, a sun, hills. */
export const samples: readonly Picture[] = SHAPES.map(([alt, width, height, hue]) => ({
  id: alt,
  src: draw(width, height, hue),
  placeholder: draw(Math.round((24 * width) / height), 24, hue),
  alt,
  width,
  height,
}))

function draw(width: number, height: number, hue: number): string {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  const pen = canvas.getContext('2d')
  if (!pen) throw new Error('the browser has no canvas')
  const sky = pen.createLinearGradient(0, 0, 0, height)
  sky.addColorStop(0, `hsl(${hue} 70% 75%)`)
  sky.addColorStop(1, `hsl(${hue + 40} 80% 92%)`)
  pen.fillStyle = sky
  pen.fillRect(0, 0, width, height)
  pen.fillStyle = `hsl(${hue + 180} 80% 80%)`
  pen.beginPath()
  pen.arc(0.7 * width, 0.3 * height, 0.12 * Math.min(width, height), 0, 7)
  pen.fill()
  for (const [index, at] of [0.55, 0.7, 0.85].entries()) {
    pen.fillStyle = `hsl(${hue + 15 * index} 35% ${50 - 14 * index}%)`
    pen.beginPath()
    pen.moveTo(0, height)
    for (let x = 0; x <= 1; x += 0.05) {
      pen.lineTo(x * width, height * (at + 0.06 * Math.sin(x * (7 + 4 * index) + hue)))
    }
    pen.lineTo(width, height)
    pen.fill()
  }
  return canvas.toDataURL('image/png')
}
