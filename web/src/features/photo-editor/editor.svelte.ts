import { tick } from 'svelte'
import {
  freshEdit,
  isUntouched,
  markOf,
  nextId,
  withFrame,
  withMark,
  without,
  type Edit,
  type Edits,
  type Hidden,
  type Operation,
  type Text,
} from '@/lib/edit/document'
import {
  apply,
  boundsOf,
  inverse,
  mirrored,
  movedCrop,
  pulledCrop,
  ratioOf,
  scaledCrop,
  seenThrough,
  shaped,
  tilted,
  turned,
  uprightIn,
  type Frame,
  type Handle,
  type Matrix,
  type Point,
  type Size,
} from '@/lib/edit/geometry'
import { begun, changed, redone, settled, undone } from '@/lib/edit/history'
import {
  boxBetween,
  boxOf,
  cornerOf,
  grown,
  isPlaced,
  markAt,
  moved,
  pulled,
  withinBox,
  type Placed,
} from '@/lib/edit/marks'
import { INKS, type Ink } from '@/lib/edit/palette'
import { measured, type Source } from '@/lib/edit/render'
import type { Change, Release } from '@/ui/gestures'
import { fitted, held, moved as movedView, WHOLE, zoomed, type View } from '@/ui/zoom'
import { ratioOfShape, type Brush, type Look, type Ratio, type Tool } from './tools'

/** How near a finger must come. */
const REACH = 24
const SLACK = 8
/** What a hand that only points may shake. */
const STEADY = 3
/** Around the picture, so that handles at its edge can be taken. */
const MARGIN = 24
/** A small picture is brought so near that one can work on it. */
const NEAREST = 8
/** What keys move by, of the longer side. */
const STEP = 0.02
const SMALL_STEP = 0.002
const FINEST = 1.5

type Corner = { readonly x: -1 | 1; readonly y: -1 | 1 }

/** What a hand has hold of. */
type Grip =
  | { readonly on: 'new'; readonly from: Point; readonly id: number }
  | { readonly on: 'mark'; readonly mark: Placed; readonly from: Point }
  | { readonly on: 'corner'; readonly mark: Placed; readonly corner: Corner }
  | { readonly on: 'crop'; readonly frame: Frame; readonly handle: Handle | undefined; readonly from: Point }
  | { readonly on: 'all' }
  | { readonly on: 'nothing'; readonly isSpent: boolean }

const HANDLES: readonly Handle[] = [
  { x: -1, y: -1 },
  { x: 1, y: -1 },
  { x: 1, y: 1 },
  { x: -1, y: 1 },
  { x: 0, y: -1 },
  { x: 1, y: 0 },
  { x: 0, y: 1 },
  { x: -1, y: 0 },
]
const CORNERS: readonly Corner[] = [
  { x: -1, y: -1 },
  { x: 1, y: -1 },
  { x: 1, y: 1 },
  { x: -1, y: 1 },
]

/** The corners that a mark can be pulled at: a line has two ends. */
export const cornersFor = (mark: Placed): readonly Corner[] =>
  mark.kind === 'line' ? CORNERS.slice(0, 2) : CORNERS

/** One photo that is edited: what was done to it, with what, and how it is looked at. */
export class Editor {
  readonly source: Source
  tool = $state<Tool>('crop')
  ratio = $state<Ratio>('free')
  brush = $state<Brush>('pen')
  ink = $state<Ink>('red')
  /** From 1 to 10. */
  thickness = $state(4)
  isFilled = $state(false)
  look = $state<Look>('mosaic')
  /** In pixels of the screen. */
  width = $state(0)
  height = $state(0)
  selected = $state.raw<number>()
  /** For those who don't see it. */
  said = $state('')
  /** What is being typed. */
  typing = $state.raw<Text>()
  #history: Edits
  /** While a hand is at it, and not done yet. */
  #live = $state.raw<Edit>()
  #view = $state.raw<View>(WHOLE)
  #grip: Grip = { on: 'nothing', isSpent: false }
  readonly #opened: Edit

  constructor(source: Source, edits: Edits | undefined) {
    this.source = source
    this.#history = $state.raw(settled(edits ?? begun(freshEdit(source.size))))
    this.#opened = this.#history.present
  }

  readonly #edit = $derived.by(() => this.#live ?? this.#history.present)
  get edit(): Edit {
    return this.#edit
  }
  get frame(): Frame {
    return this.#edit.frame
  }

  /** What is drawn: all of the picture while it is cropped, and not what is being typed. */
  readonly shown = $derived.by((): Edit => {
    const { frame, marks } = this.#edit
    const { typing } = this
    return {
      frame: this.tool === 'crop' ? { ...frame, crop: boundsOf(frame, this.source.size) } : frame,
      marks: typing ? marks.filter(({ id }) => id !== typing.id) : marks,
    }
  })

  /** Where the corner of what is drawn is on the stage, and how large a pixel of the picture. */
  readonly place = $derived.by(() => {
    const { width, height } = this.shown.frame.crop
    const view = this.tool === 'crop' ? WHOLE : this.#view
    const scale = (fitted(this.#looked, this.#room).width / width) * view.scale
    return {
      scale,
      x: (this.width - width * scale) / 2 + view.x,
      y: (this.height - height * scale) / 2 + view.y,
    }
  })

  /** From the picture to the stage. */
  readonly through = $derived.by((): Matrix => {
    const { scale, x, y } = this.place
    const { a, b, c, d, e, f } = seenThrough(this.shown.frame, this.source.size, scale)
    return { a, b, c, d, e: e + x, f: f + y }
  })

  readonly hasChanged = $derived.by(() => this.#history.present !== this.#opened)
  readonly canUndo = $derived.by(() => this.#history.past.length > 0)
  readonly canRedo = $derived.by(() => this.#history.future.length > 0)
  readonly canReset = $derived.by(() => !isUntouched(this.#history.present, this.source.size))

  /** What the tool works on. */
  readonly marks = $derived.by(() => this.#edit.marks.filter((mark) => this.#isOfTool(mark)).filter(isPlaced))
  readonly selection = $derived.by(() => this.marks.find(({ id }) => id === this.selected))

  /** What is kept of it: nothing, if the photo is as it was. */
  get result(): Edits | undefined {
    const history = settled(this.#history)
    return isUntouched(history.present, this.source.size) ? undefined : history
  }

  get #looked(): Size {
    const { width, height } = this.shown.frame.crop
    return { width: width * NEAREST, height: height * NEAREST }
  }
  get #room(): Size {
    return { width: Math.max(1, this.width - 2 * MARGIN), height: Math.max(1, this.height - 2 * MARGIN) }
  }
  get #longSide(): number {
    return Math.max(this.frame.crop.width, this.frame.crop.height)
  }
  /** In pixels of the picture. */
  get lineWidth(): number {
    return 0.0022 * 1.36 ** this.thickness * this.#longSide
  }

  /** The same may be said twice. */
  async say(words: string): Promise<void> {
    this.said = ''
    await tick()
    this.said = words
  }

  undo(): boolean {
    if (!this.canUndo) return false
    this.#leave()
    this.#history = undone(this.#history)
    this.#view = WHOLE
    return true
  }

  redo(): boolean {
    if (!this.canRedo) return false
    this.#leave()
    this.#history = redone(this.#history)
    this.#view = WHOLE
    return true
  }

  reset(): void {
    this.#leave()
    this.ratio = 'free'
    this.#commit(freshEdit(this.source.size))
  }

  use(tool: Tool): void {
    this.finishTyping()
    this.#leave()
    this.tool = tool
    this.#view = WHOLE
    this.#settle()
  }

  // --- the frame ---

  turn(): void {
    this.#commit(withFrame(this.edit, turned(this.frame)))
  }
  mirror(): void {
    this.#commit(withFrame(this.edit, mirrored(this.frame)))
  }
  tilt(degrees: number): void {
    this.#commit(withFrame(this.edit, tilted(this.frame, degrees, this.source.size)), 'tilt')
  }
  /** The next change is another step, even if it is of the same kind. */
  settle(): void {
    this.#settle()
  }
  shape(ratio: Ratio): void {
    this.ratio = ratio
    const shape = ratioOfShape(ratio, ratioOf(this.frame, this.source.size))
    if (shape !== undefined) this.#commit(withFrame(this.edit, shaped(this.frame, shape, this.source.size)))
  }
  /** By the keys: all of the crop, or one side or corner of it. */
  nudgeCrop(handle: Handle | undefined, x: number, y: number, isSmall: boolean): void {
    const by = this.#step(isSmall)
    const { frame } = this
    const { size } = this.source
    const next = handle
      ? pulledCrop(frame, handle, { x: x * by, y: y * by }, size, this.ratio !== 'free')
      : movedCrop(frame, x * by, y * by, size)
    this.#commit(withFrame(this.edit, next), `crop ${handle?.x ?? ''} ${handle?.y ?? ''}`)
  }

  // --- what stands on the picture ---

  paint(ink: Ink): void {
    this.ink = ink
    const colour = INKS[ink]
    if (this.typing) this.typing = { ...this.typing, colour }
    const mark = this.selection
    if (mark && mark.kind !== 'hidden') this.#change({ ...mark, colour }, 'ink')
  }
  thicken(thickness: number): void {
    this.thickness = thickness
    const mark = this.selection
    if (mark?.kind === 'line' || mark?.kind === 'shape')
      this.#change({ ...mark, width: this.lineWidth }, 'width')
  }
  fill(isFilled: boolean): void {
    this.isFilled = isFilled
    if (this.typing) this.typing = { ...this.typing, isFilled }
    const mark = this.selection
    if (mark?.kind === 'text') this.#change({ ...mark, isFilled }, 'fill')
  }
  cover(look: Look): void {
    this.look = look
    const mark = this.selection
    if (mark?.kind === 'hidden') this.#change({ ...mark, look }, 'look')
  }
  choose(brush: Brush): void {
    this.brush = brush
    this.selected = undefined
  }

  select(id: number | undefined): void {
    if (id !== this.selected) this.#settle()
    this.selected = id
  }
  /** In the middle of what is seen, for those who can't show where. */
  add(): void {
    const { crop } = this.frame
    if (this.tool === 'text') {
      this.#type(this.#pointAt({ x: 0, y: 0 }))
      return
    }
    // In the pose, where what is level looks level.
    const around = (x: number, y: number) => {
      const { scale } = this.place
      return this.#pointAt({ x: x * crop.width * scale, y: y * crop.height * scale })
    }
    const mark = this.#made(nextId(this.edit), around(-0.15, -0.1), around(0.15, 0.1))
    if (!isPlaced(mark)) return
    this.#commit(withMark(this.edit, mark))
    this.selected = mark.id
  }
  nudge(mark: Placed, x: number, y: number, isGrowing: boolean): void {
    const by = this.#step(false)
    if (isGrowing) {
      this.#change(grown(mark, x * by, y * by, this.frame), 'grow')
      return
    }
    const to = this.#difference(x * by, y * by)
    this.#change(moved(mark, to.x, to.y), 'move')
  }
  remove(id: number): void {
    this.#commit(without(this.edit, id))
    this.selected = undefined
  }

  // --- text ---

  editText(text: Text): void {
    this.selected = text.id
    this.typing = text
  }
  type(text: string): void {
    if (this.typing) this.typing = { ...this.typing, text }
  }
  finishTyping(): void {
    const { typing } = this
    if (!typing) return
    this.typing = undefined
    const text = typing.text.trim()
    const before = markOf(this.edit, typing.id)
    if (text !== '') {
      const mark = { ...typing, text }
      if (JSON.stringify(before) !== JSON.stringify(mark)) this.#commit(withMark(this.edit, mark))
      this.selected = mark.id
    } else if (before) this.remove(typing.id)
  }
  #type(at: Point): void {
    const { width, height } = this.frame.crop
    this.selected = undefined
    this.typing = {
      kind: 'text',
      id: nextId(this.edit),
      text: '',
      ...at,
      size: 0.08 * Math.sqrt(width * height),
      angle: uprightIn(this.frame),
      wrap: 0.84 * width,
      colour: INKS[this.ink],
      isFilled: this.isFilled,
    }
  }

  // --- hands ---

  start(at: Point): void {
    const wasTyping = this.typing !== undefined
    this.finishTyping()
    this.#settle()
    this.#grip = wasTyping ? { on: 'nothing', isSpent: true } : this.#gripAt(at)
    if (this.#grip.on === 'new') this.#draw(at)
  }

  move({ dx, dy, factor, at, fingers }: Change): void {
    if (fingers > 1 && this.#grip.on !== 'all') {
      this.#live = undefined
      this.#grip = { on: 'all' }
    }
    const grip = this.#grip
    switch (grip.on) {
      case 'all':
        this.#push(dx, dy, factor, at)
        return
      case 'new':
        this.#draw(at)
        return
      case 'mark': {
        const now = this.#pointAt(at)
        this.#live = withMark(
          this.#history.present,
          moved(grip.mark, now.x - grip.from.x, now.y - grip.from.y),
        )
        return
      }
      case 'corner':
        this.#live = withMark(
          this.#history.present,
          pulled(grip.mark, grip.corner, this.#pointAt(at), this.frame, measured),
        )
        return
      case 'crop': {
        const { scale } = this.place
        const by = { x: (at.x - grip.from.x) / scale, y: (at.y - grip.from.y) / scale }
        const { size } = this.source
        const frame = grip.handle
          ? pulledCrop(grip.frame, grip.handle, by, size, this.ratio !== 'free')
          : movedCrop(grip.frame, by.x, by.y, size)
        this.#live = withFrame(this.#history.present, frame)
        return
      }
      case 'nothing':
    }
  }

  release({ dx, dy, isCancelled }: Release): void {
    const live = this.#live
    const grip = this.#grip
    this.#live = undefined
    if (!live || isCancelled) return
    if (Math.hypot(dx, dy) <= this.#slackOf(grip)) return
    this.#commit(live)
    if (grip.on === 'new') this.selected = isPlaced(markOf(live, grip.id)) ? grip.id : undefined
    if (grip.on === 'mark') this.selected = grip.mark.id
  }

  /** So little is no movement: a tap was meant. */
  #slackOf(grip: Grip): number {
    if (grip.on === 'mark') return STEADY
    if (grip.on !== 'new') return 0
    return this.tool === 'draw' && this.#isFree ? -1 : SLACK
  }

  /** Whether one draws by hand: then a tap is a dot. */
  get #isFree(): boolean {
    return this.brush === 'pen' || this.brush === 'marker'
  }

  tap(at: Point): void {
    if (this.tool === 'crop' || (this.#grip.on === 'nothing' && this.#grip.isSpent)) return
    if (this.tool === 'draw' && this.#isFree) return
    const mark = this.#markAt(at)
    if (mark?.kind === 'text' && mark.id === this.selected) this.editText(mark)
    else if (mark) this.select(mark.id)
    else if (this.selected !== undefined) this.select(undefined)
    else if (this.tool === 'text') this.#type(this.#pointAt(at))
  }

  /** With a wheel, or two fingers on a pad. */
  zoom(factor: number, at: Point): void {
    this.#push(0, 0, factor, at)
  }
  zoomOut(): void {
    this.#view = WHOLE
  }

  #push(dx: number, dy: number, factor: number, at: Point): void {
    if (this.tool === 'crop') {
      const { scale } = this.place
      const scaled = scaledCrop(this.frame, 1 / factor, this.source.size)
      this.#commit(
        withFrame(this.edit, movedCrop(scaled, -dx / scale, -dy / scale, this.source.size)),
        'pinch',
      )
      return
    }
    const [picture, room] = [this.#looked, this.#room]
    this.#view = movedView(zoomed(this.#view, factor, at, picture, room), dx, dy, picture, room)
  }

  #gripAt(at: Point): Grip {
    const nothing: Grip = { on: 'nothing', isSpent: false }
    if (this.tool === 'crop') {
      const handle = this.#handleAt(at)
      return handle === 'none'
        ? nothing
        : { on: 'crop', frame: this.frame, handle: handle === 'inside' ? undefined : handle, from: at }
    }
    const { selection } = this
    if (selection) {
      const corner = cornersFor(selection).find(
        (of) => this.#distance(this.handleOf(selection, of), at) <= REACH,
      )
      if (corner) return { on: 'corner', mark: selection, corner }
      const box = boxOf(selection, measured)
      const { x, y } = withinBox(box, this.#pointAt(at))
      const slack = SLACK / this.place.scale
      if (Math.abs(x) <= box.width / 2 + slack && Math.abs(y) <= box.height / 2 + slack)
        return { on: 'mark', mark: selection, from: this.#pointAt(at) }
    }
    if (this.tool === 'text') {
      const mark = this.#markAt(at)
      if (!mark) return nothing
      if (mark.id !== this.selected) this.selected = undefined
      return { on: 'mark', mark, from: this.#pointAt(at) }
    }
    return { on: 'new', from: this.#pointAt(at), id: nextId(this.edit) }
  }

  /** Where a corner of a mark is taken, in the picture. */
  handleOf(mark: Placed, corner: Corner): Point {
    if (mark.kind === 'line') return corner.x < 0 ? mark.from : mark.to
    return cornerOf(boxOf(mark, measured), corner.x, corner.y)
  }

  #handleAt(at: Point): Handle | 'inside' | 'none' {
    const { crop } = this.frame
    const { frame } = this.shown
    const { scale, x, y } = this.place
    const left = x + (crop.x - frame.crop.x) * scale - this.width / 2
    const top = y + (crop.y - frame.crop.y) * scale - this.height / 2
    const [width, height] = [crop.width * scale, crop.height * scale]
    for (const handle of HANDLES) {
      const out = {
        x: at.x - (left + (width * (handle.x + 1)) / 2),
        y: at.y - (top + (height * (handle.y + 1)) / 2),
      }
      // A side is taken anywhere along it.
      const along = (way: number, length: number, off: number) =>
        way === 0 ? Math.max(0, Math.abs(off) - length / 2) : Math.abs(off)
      // Of a small crop the middle stays free, to move it.
      const reach = (length: number, way: number, off: number) =>
        way * off < 0 ? Math.min(REACH, length / 4) : REACH
      if (
        along(handle.x, width, out.x) <= (handle.x === 0 ? 0 : reach(width, handle.x, out.x)) &&
        along(handle.y, height, out.y) <= (handle.y === 0 ? 0 : reach(height, handle.y, out.y))
      )
        return handle
    }
    const isInside = at.x >= left && at.x <= left + width && at.y >= top && at.y <= top + height
    return isInside ? 'inside' : 'none'
  }

  #markAt(at: Point): Placed | undefined {
    const marks = this.marks
    return markAt({ ...this.edit, marks }, this.#pointAt(at), SLACK / this.place.scale, measured)
  }

  #isOfTool(mark: Operation): boolean {
    switch (mark.kind) {
      case 'text':
        return this.tool === 'text'
      case 'hidden':
        return this.tool === 'hide'
      case 'line':
      case 'shape':
      case 'stroke':
        return this.tool === 'draw'
    }
  }

  #draw(at: Point): void {
    if (this.#grip.on !== 'new') return
    const { id, from } = this.#grip
    const point = this.#pointAt(at)
    this.selected = undefined
    const before = this.#live && markOf(this.#live, id)
    if (before?.kind === 'stroke') {
      const last = before.points.at(-1)
      const far = last ? Math.hypot(point.x - last.x, point.y - last.y) * this.place.scale : FINEST
      if (far < FINEST) return
      this.#live = withMark(this.#history.present, { ...before, points: [...before.points, point] })
    } else this.#live = withMark(this.#history.present, this.#made(id, from, point))
  }

  /** What the tool makes between two points. */
  #made(id: number, from: Point, to: Point): Operation {
    const box = boxBetween(from, to, uprightIn(this.frame))
    if (this.tool === 'hide') return this.#hidden(id, box)
    const colour = INKS[this.ink]
    const width = this.lineWidth
    switch (this.brush) {
      case 'pen':
        return { kind: 'stroke', id, pen: 'pen', points: [to], colour, width }
      case 'marker':
        return { kind: 'stroke', id, pen: 'marker', points: [to], colour, width: 3.5 * width }
      case 'arrow':
      case 'line':
        return { kind: 'line', id, from, to, isArrow: this.brush === 'arrow', colour, width }
      case 'rectangle':
      case 'ellipse':
        return { kind: 'shape', id, shape: this.brush, box, colour, width }
    }
  }

  #hidden(id: number, box: Hidden['box']): Hidden {
    // So coarse that neither a face nor a line of text is left, however large the photo.
    const cell = Math.max(4, this.#longSide / 32)
    const before = this.#live && markOf(this.#live, id)
    const seed =
      before?.kind === 'hidden' ? before.seed : (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0)
    return { kind: 'hidden', id, box, look: this.look, cell, seed }
  }

  /** Where on the picture a point of the stage is, that is given from its middle. */
  #pointAt(at: Point): Point {
    return apply(inverse(this.through), { x: at.x + this.width / 2, y: at.y + this.height / 2 })
  }
  /** The same of a way, in pixels of the picture as it is seen. */
  #difference(x: number, y: number): Point {
    const from = this.#pointAt({ x: 0, y: 0 })
    const to = this.#pointAt({ x: x * this.place.scale, y: y * this.place.scale })
    return { x: to.x - from.x, y: to.y - from.y }
  }
  #distance(point: Point, at: Point): number {
    const on = apply(this.through, point)
    return Math.hypot(on.x - this.width / 2 - at.x, on.y - this.height / 2 - at.y)
  }
  #step(isSmall: boolean): number {
    return Math.max(1, this.#longSide * (isSmall ? SMALL_STEP : STEP))
  }

  #change(mark: Operation, step: string): void {
    this.#commit(withMark(this.edit, mark), `${step} ${mark.id}`)
  }
  #commit(edit: Edit, step?: string): void {
    this.#history = changed(this.#history, edit, step)
    if (this.tool !== 'crop') this.#view = held(this.#view, this.#looked, this.#room)
  }
  #settle(): void {
    this.#history = settled(this.#history)
  }
  #leave(): void {
    this.typing = undefined
    this.selected = undefined
    this.#live = undefined
    this.#grip = { on: 'nothing', isSpent: true }
  }
}
