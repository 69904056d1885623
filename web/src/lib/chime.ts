/** A quiet sound of two notes, made here: nothing is loaded for it. */
export function chime(audio: AudioContext): void {
  const start = audio.currentTime
  for (const [at, frequency] of [
    [0, 660],
    [0.09, 880],
  ] as const) {
    const tone = audio.createOscillator()
    const loudness = audio.createGain()
    tone.frequency.value = frequency
    loudness.gain.setValueAtTime(0, start + at)
    loudness.gain.linearRampToValueAtTime(0.08, start + at + 0.01)
    loudness.gain.exponentialRampToValueAtTime(0.0001, start + at + 0.25)
    tone.connect(loudness).connect(audio.destination)
    tone.start(start + at)
    tone.stop(start + at + 0.3)
  }
}
