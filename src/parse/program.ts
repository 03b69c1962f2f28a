import { FIELD, FIELD_COUNT } from '../columns/contract.js'
import { SPACE } from '../core/bytes.js'
import { OP, type Program, STOP, type Step } from '../kernel/program.js'
import type { Codec, Layout, LayoutField, LogFormat, TimeCodec } from './contract.js'
import { compileStrftime } from './layout/time-pattern.js'

/** Names of the extra fields of all layouts of a format, in order of first use. */
export function extrasOf(format: LogFormat): string[] {
  const names = new Set<string>(format.scanner?.extras ?? [])
  for (const layout of format.layouts ?? []) {
    for (const { codec } of layout.fields) {
      if (codec.as === 'extra') names.add(codec.name)
      if (codec.as === 'query') names.add('query')
    }
    if (layout.openEnd === true) names.add('rest')
  }
  return [...names]
}

/** Compiles a layout for the scanner. `extras` are the columns of the whole format, so that its layouts share batches. */
export function compileProgram(layout: Layout, extras: readonly string[]): Program {
  const steps = layout.fields.map((field) => compileStep(field, extras))
  const extendable = steps.findLastIndex(
    (step, i) => step.stop === STOP.text && step.op === OP.text && i < steps.length - 1,
  )
  return {
    lead: encode(layout.lead),
    steps,
    clearedFields: clearedFields(steps, extras),
    restField: layout.openEnd === true ? FIELD_COUNT + extras.indexOf('rest') : -1,
    extendable: extendable < 0 ? Number.MAX_SAFE_INTEGER : extendable,
  }
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function compileStep(field: LayoutField, extras: readonly string[]): Step {
  const until = encode(field.until)
  const { codec } = field
  const strftime =
    codec.as === 'time' && codec.time.kind === 'strftime' ? compileStrftime(codec.time.format) : null
  return {
    stop: stopOf(field, until),
    untilByte: until[0] ?? SPACE,
    until,
    op: opOf(codec),
    field: columnOf(codec, extras),
    unit: unitOf(codec),
    strftime,
    isClient: codec.as === 'text' && codec.field === FIELD.client,
    isList: until[0] === SPACE && mayBeList(codec),
    minBytes: codec.as === 'time' && codec.time.kind === 'iso' ? ISO_MIN_BYTES : 0,
  }
}

/** `2000-10-10 13:55:36`. */
const ISO_MIN_BYTES = 19

/** Chains of addresses, and variables that nginx joins with a comma and a blank, as those of upstreams. */
function mayBeList(codec: Codec): boolean {
  return codec.as === 'extra' || (isWord(codec) && !isHost(codec))
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

/** Columns that no text step writes on every line; a request step writes its own. */
function clearedFields(steps: readonly Step[], extras: readonly string[]): number[] {
  const written = new Set(steps.filter((step) => step.op === OP.text).map((step) => step.field))
  return Array.from({ length: FIELD_COUNT + extras.length }, (_, field) => field).filter(
    (field) => !written.has(field),
  )
}
