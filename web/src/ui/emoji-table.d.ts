declare module 'virtual:emoji' {
  /** The emoji, its English and Russian names, other words for it, and its five skin tones, if it has them. */
  type Row = readonly [string, string, string, string, (readonly string[])?]
  const groups: readonly (readonly Row[])[]
  export default groups
}
