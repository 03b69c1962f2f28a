import { FIELD, FIELD_COUNT } from '../columns/contract.js'
import { SPACE } from '../core/bytes.js'
import {
  OP,
  type Program,
  STOP,
  type Step,
  WAY_ANY,
  WAY_BYTES,
  WAY_CLF_TIME,
  WAY_CLIENT,
  WAY_QUOTED_TEXT,
  WAY_REQUEST,
  WAY_STATUS,
  WAY_TEXT,
} from '../kernel/program.js'
import type { Codec, Layout, LayoutField, LogFormat, Spelling, TimeCodec } from './contract.js'
import { compileStrftime } from './layout/time-pattern.js'

/** Names of the extra fields of all layouts of a format, in order of first use. */
export function extrasOf(format: LogFormat): string[] {
  const names = new Set<string>(format.extras ?? [])
  for (const layout of format.layouts ?? []) {
    for (const { codec } of layout.fields) {
      if (codec.as === 'extra') names.add(codec.name)
      if (codec.as === 'query') names.add('query')
    }
    if (layout.openEnd === true) names.add('rest')
  }
  return [...names]
}

/** A format's layouts compiled, in the order in which one source tries them. */
export interface CompiledFormat {
  /** Numbers of the layouts among the format's own. */
  readonly order: readonly number[]
  readonly programs: readonly Program[]
  readonly spellings: readonly Spelling[]
  /** Columns of Cookie headers, by layout; -1 for none. */
  readonly cookies: readonly number[]
}

/** Formats are tried on every source: each is compiled once for each layout that may come first. */
const compiledFormats = new WeakMap<LogFormat, Map<number, CompiledFormat>>()

/**
 * @param first   Number of the layout that is tried first.
 * @param extras  Columns of the batches, where they are of other formats too; default: those of the format.
 */
export function compileFormat(
  format: LogFormat,
  first: number,
  extras: readonly string[] = extrasOf(format),
): CompiledFormat {
  const isShared = extras.join() !== extrasOf(format).join()
  if (isShared) return compileInOrder(format, first, extras)
  const known = compiledFormats.get(format) ?? new Map<number, CompiledFormat>()
  compiledFormats.set(format, known)
  const compiled = known.get(first) ?? compileInOrder(format, first, extras)
  known.set(first, compiled)
  return compiled
}

function compileInOrder(format: LogFormat, first: number, extras: readonly string[]): CompiledFormat {
  const layouts = format.layouts ?? []
  const usual = layouts[first]
  // a fixed order for the whole source, so that a line reads the same whatever stands around it
  const ordered = usual === undefined ? layouts : [usual, ...layouts.filter((layout) => layout !== usual)]
  return {
    order: ordered.map((layout) => layouts.indexOf(layout)),
    programs: compilePrograms(ordered, extras),
    spellings: ordered.map((layout) => layout.spelling ?? 'escaped'),
    cookies: ordered.map((layout) => cookiesColumn(layout, extras)),
  }
}

/** Compiles layouts for the scanner. `extras` are the columns of the whole format, so that its layouts share batches. */
export function compilePrograms(layouts: readonly Layout[], extras: readonly string[]): Program[] {
  const rest = extras.indexOf('rest')
  const restColumn = rest < 0 ? -1 : FIELD_COUNT + rest
  const compiled = layouts.map((layout) => stepsOf(layout, extras))
  const token = layouts.some((layout) => cookiesColumn(layout, extras) >= 0) ? FIELD.token : -1
  return layouts.map((layout, i) => {
    const steps = compiled[i]!
    return {
      lead: encode(layout.lead),
      steps,
      clearedFields: clearedFields(steps, compiled, [restColumn, token]),
      restField: layout.openEnd === true ? restColumn : -1,
      extendable: extendableStep(steps),
      quotes: quotesOf(layout),
    }
  })
}

/** Column of a Cookie header whose session cookie is the token, or -1. */
export function cookiesColumn(layout: Layout, extras: readonly string[]): number {
  const field = layout.fields.find(({ codec }) => codec.as === 'extra' && codec.holds === 'cookies')
  return field === undefined ? -1 : columnOf(field.codec, extras)
}

function stepsOf(layout: Layout, extras: readonly string[]): Step[] {
  const steps = layout.fields.map((field) => compileStep(field, extras))
  if ((layout.spelling ?? 'escaped') === 'escaped') return steps
  // a client that is missing is nothing, and not `-`
  if (layout.spelling === 'json')
    return steps.map((step) => (step.way === WAY_CLIENT ? { ...step, way: WAY_ANY } : step))
  // no backslash shields a quote, and a quote within is text: such a field ends where all that follows it stands
  const last = layout.openEnd === true ? -1 : layout.fields.length - 1
  return layout.fields.map((field, i) => {
    const step = compileStep({ ...field, quoted: false }, extras)
    if (!field.quoted)
      return step.way === WAY_TEXT || step.way === WAY_CLIENT ? { ...step, way: WAY_ANY } : step
    return { ...step, stop: i === last ? STOP.end : STOP.text, way: WAY_ANY }
  })
}

/** Double quotes that a line of a raw layout has where no text holds one; -1 for layouts whose texts cannot. */
function quotesOf(layout: Layout): number {
  if (layout.spelling !== 'raw' || !layout.fields.some((field) => field.quoted)) return -1
  const literals = layout.lead + layout.fields.map((field) => field.until).join('')
  return literals.split('"').length - 1
}

function extendableStep(steps: readonly Step[]): number {
  const found = steps.findLastIndex(
    (step, i) => step.stop === STOP.text && step.op === OP.text && i < steps.length - 1,
  )
  return found < 0 ? Number.MAX_SAFE_INTEGER : found
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function compileStep(field: LayoutField, extras: readonly string[]): Step {
  const until = encode(field.until)
  const { codec } = field
  const strftime =
    codec.as === 'time' && codec.time.kind === 'strftime' ? compileStrftime(codec.time.format) : null
  const step = {
    stop: stopOf(field, until),
    untilByte: until[0] ?? SPACE,
    until,
    op: opOf(codec),
    field: columnOf(codec, extras),
    unit: unitOf(codec),
    strftime,
    isClient: codec.as === 'text' && codec.field === FIELD.client,
    isList: (until[0] === SPACE || until[0] === CLOSE_BRACKET) && mayBeList(codec),
    isUpstream: codec.as === 'extra' && codec.name.startsWith('upstream_'),
    isSingle: codec.as === 'skip' || isPort(codec),
    minBytes: codec.as === 'time' && codec.time.kind === 'iso' ? ISO_MIN_BYTES : 0,
  }
  return { way: wayOf(step), ...step }
}

/** The quick way of a step, where there is one for its field and the text behind it. */
function wayOf(step: Omit<Step, 'way'>): number {
  const { op, stop, until } = step
  if (step.isSingle) return WAY_ANY
  const toBlank = until.length === 1 && until[0] === SPACE
  if (op === OP.clfTime) return WAY_CLF_TIME
  if (op === OP.request) return stop === STOP.quote ? WAY_REQUEST : WAY_ANY
  if (op === OP.status) return toBlank ? WAY_STATUS : WAY_ANY
  if (op === OP.bytes) return stop === STOP.quote || until.length === 0 ? WAY_ANY : WAY_BYTES
  if (op !== OP.text) return WAY_ANY
  if (stop === STOP.quote) return step.isClient ? WAY_ANY : WAY_QUOTED_TEXT
  if (step.isClient) return until[0] === SPACE ? WAY_CLIENT : WAY_ANY
  return stop === STOP.text ? WAY_TEXT : WAY_ANY
}

const CLOSE_BRACKET = 0x5d

/** `2000-10-10 13:55:36`. */
const ISO_MIN_BYTES = 19

/** Chains of addresses, and variables that nginx joins with a comma and a blank, as those of upstreams. */
function mayBeList(codec: Codec): boolean {
  return (codec.as === 'extra' && !isPort(codec)) || (isWord(codec) && !isHost(codec))
}

/** The server's own port, behind the host or alone. */
function isPort(codec: Codec): boolean {
  return codec.as === 'extra' && codec.name === 'server_port'
}

function isHost(codec: Codec): boolean {
  return codec.as === 'text' && codec.field === FIELD.host
}

function isNumber(codec: Codec): boolean {
  return codec.as === 'status' || codec.as === 'bytes' || codec.as === 'duration'
}

function isWord(codec: Codec): boolean {
  if (codec.as !== 'text') return false
  return codec.field === FIELD.client || codec.field === FIELD.forwarded || codec.field === FIELD.host
}

function stopOf(field: LayoutField, until: Uint8Array): number {
  // behind a number the line may go on, with fields that the layout does not have
  if (until.length === 0) return isNumber(field.codec) ? STOP.word : STOP.end
  if (field.quoted) return STOP.quote
  if (until.length === 1 && until[0] === SPACE && !isHost(field.codec)) return STOP.byte
  if (isWord(field.codec)) return STOP.word
  return until.length === 1 ? STOP.byte : STOP.text
}

function opOf(codec: Codec): number {
  switch (codec.as) {
    case 'text':
    case 'extra':
    case 'query':
      return OP.text
    case 'time':
      return timeOp(codec.time)
    default:
      return OP[codec.as]
  }
}

function timeOp(time: TimeCodec): number {
  return { clf: OP.clfTime, iso: OP.isoTime, epoch: OP.epochTime, strftime: OP.patternTime }[time.kind]
}

function columnOf(codec: Codec, extras: readonly string[]): number {
  if (codec.as === 'text') return codec.field
  if (codec.as === 'extra') return FIELD_COUNT + extras.indexOf(codec.name)
  return codec.as === 'query' ? FIELD_COUNT + extras.indexOf('query') : -1
}

function unitOf(codec: Codec): number {
  if (codec.as === 'duration') return codec.unit
  return codec.as === 'time' && codec.time.kind === 'epoch' ? codec.time.unit : 1
}

/**
 * Columns to clear before a line is read: all that any layout of the format may have written into the row, but for those
 * that this one writes on every line. Columns that none writes are absent from the start (columns/batch.ts).
 *
 * @param others  Columns that are filled by no step; -1 for none.
 */
function clearedFields(
  steps: readonly Step[],
  all: readonly (readonly Step[])[],
  others: readonly number[],
): number[] {
  const always = new Set(steps.flatMap(columnsWritten))
  const ever = new Set([
    FIELD.host,
    FIELD.forwarded,
    FIELD.method,
    ...others,
    ...all.flat().flatMap(columnsWritten),
  ])
  return [...ever].filter((field) => field >= 0 && !always.has(field))
}

/** Columns that a step writes on every line. A method that is no token leaves its column alone. */
function columnsWritten(step: Step): number[] {
  if (step.op === OP.text) return [step.field]
  if (step.op === OP.target) return [FIELD.target]
  return step.op === OP.request ? [FIELD.method, FIELD.target, FIELD.protocol, FIELD.request] : []
}
