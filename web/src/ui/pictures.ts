import { getContext, setContext } from 'svelte'

/** The picture of an account or a conversation, as an address, if there is one. */
export type Pictures = (id: string) => string | undefined

const KEY = Symbol('pictures')

/** Faces within have these pictures. */
export const providePictures = (pictures: Pictures): Pictures => setContext(KEY, pictures)

/** Without anybody who provides them, there are none. */
export const usePictures = (): Pictures => getContext<Pictures | undefined>(KEY) ?? (() => undefined)
