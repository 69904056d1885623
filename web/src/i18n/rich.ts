/** A sentence some parts of which are marked, as by `<link>…</link>`: ui/Rich.svelte shows it. */
export type Rich<Tag extends string = string> = readonly (
  string | { readonly tag: Tag; readonly text: string }
)[]
