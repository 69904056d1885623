/** As many steps of loudness as are told to others. */
export const WAVE = 64

/** How loud a recording is in the course of time, from 0 to 255: the loudest of each of `steps` parts. */
export function waveOf(levels: readonly number[], steps = WAVE): Uint8Array {
  const wave = new Uint8Array(steps)
  if (levels.length === 0) return wave
  for (let step = 0; step < steps; step += 1) {
    const from = Math.floor((step * levels.length) / steps)
    const to = Math.max(from + 1, Math.floor(((step + 1) * levels.length) / steps))
    wave[step] = Math.round(255 * Math.min(1, Math.max(0, ...levels.slice(from, to))))
  }
  return wave
}
