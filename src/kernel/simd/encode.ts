/** Writes a compiled layout as it lies in low memory, where the kernel reads it. */

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
} from '../program.js'
import * as low from './low-memory.js'

/** Bytes of a text that one step holds; the rest are literals behind it. */
const UNTIL_BYTES = 16

const KINDS: Readonly<Record<number, number>> = {
  [WAY_ANY]: low.KIND_ANY,
  [WAY_QUOTED_TEXT]: low.KIND_QUOTED_TEXT,
  [WAY_CLIENT]: low.KIND_CLIENT,
  [WAY_TEXT]: low.KIND_TEXT,
  [WAY_CLF_TIME]: low.KIND_CLF_TIME,
  [WAY_REQUEST]: low.KIND_REQUEST,
  [WAY_STATUS]: low.KIND_STATUS,
  [WAY_BYTES]: low.KIND_BYTES,
}

const STOPS: Readonly<Record<number, number>> = {
  [STOP.byte]: low.STOP_BYTE,
  [STOP.text]: low.STOP_TEXT,
  [STOP.quote]: low.STOP_QUOTE,
  [STOP.end]: low.STOP_END,
  [STOP.word]: low.STOP_WORD,
}

/** Times by a pattern are not among them; those of the common log format have a way of their own. */
const OPS: Readonly<Record<number, number>> = {
  [OP.text]: low.OP_TEXT,
  [OP.skip]: low.OP_SKIP,
  [OP.request]: low.OP_REQUEST,
  [OP.method]: low.OP_METHOD,
  [OP.target]: low.OP_TARGET,
  [OP.status]: low.OP_STATUS,
  [OP.bytes]: low.OP_BYTES,
  [OP.duration]: low.OP_DURATION,
  [OP.isoTime]: low.OP_ISO_TIME,
  [OP.epochTime]: low.OP_EPOCH_TIME,
}

/** What the kernel reads lines by, but for the addresses of columns. */
export interface KernelCode {
  readonly kind: 'layout' | 'map'
  /** What lies from STEPS_AT on. */
  readonly bytes: Uint8Array
  /** Text columns, and where in `bytes` the addresses of their starts and of their lengths belong, side by side. */
  readonly columns: readonly { readonly at: number; readonly field: number }[]
  /** Words of the table and their values. */
  readonly words: readonly (readonly [word: number, value: number])[]
}

/** A step as it lies in low memory. */
interface EncodedStep {
  readonly bytes: Uint8Array
  /** Its text column, or -1. */
  readonly field: number
}

/**
 * Null where a step is not for the kernel, or none reads a time.
 *
 * @param isEscaped  Texts have the log's own escapes; of others an empty one is none.
 */
export function encodeLayout({ steps, lead, quotes }: Program, isEscaped: boolean): KernelCode | null {
  if (!steps.every(isKnown) || !steps.some(isTime)) return null
  const flags = isEscaped ? 0 : low.FLAG_NO_EMPTY
  const encoded = [...literals(lead), ...steps.flatMap((step) => encodeStep(step, flags))]
  if (encoded.length > low.MAX_STEPS) return null
  const bytes = new Uint8Array(low.STEP_BYTES * encoded.length)
  for (const [i, step] of encoded.entries()) bytes.set(step.bytes, low.STEP_BYTES * i)
  return {
    kind: 'layout',
    bytes,
    columns: encoded.flatMap(({ field }, i) =>
      field < 0 ? [] : [{ at: low.STEP_BYTES * i + low.STEP_START_COLUMN, field }],
    ),
    words: [
      [low.STEP_COUNT, encoded.length],
      [low.NO_BACKSLASH, isEscaped ? 0 : 1],
      [low.MOST_QUOTES, quotes],
    ],
  }
}

function isKnown(step: Step): boolean {
  return step.way === WAY_CLF_TIME || OPS[step.op] !== undefined
}

function isTime({ op }: Step): boolean {
  return op === OP.clfTime || op === OP.isoTime || op === OP.epochTime
}

function encodeStep(step: Step, flags: number): EncodedStep[] {
  const head = step.until.subarray(0, UNTIL_BYTES)
  const bytes = new Uint8Array(low.STEP_BYTES)
  bytes[low.STEP_KIND] = KINDS[step.way]!
  bytes[low.STEP_STOP] = STOPS[step.stop]!
  bytes[low.STEP_OP] = OPS[step.op] ?? low.OP_SKIP
  bytes[low.STEP_FLAGS] = flagsOf(step) | flags
  writeUntil(bytes, head, step.until.length)
  const view = new DataView(bytes.buffer)
  // either is a whole number, so that fractions such as 0.001 stay exact
  view.setFloat64(low.STEP_FACTOR, Math.max(1, step.unit), true)
  view.setFloat64(low.STEP_DIVISOR, step.unit >= 1 ? 1 : Math.round(1 / step.unit), true)
  const field = step.op === OP.text ? step.field : -1
  return [{ bytes, field }, ...literals(step.until.subarray(UNTIL_BYTES))]
}

function flagsOf(step: Step): number {
  return (
    (step.isClient ? low.FLAG_CLIENT : 0) |
    (step.isList ? low.FLAG_LIST : 0) |
    (step.isUpstream ? low.FLAG_UPSTREAM : 0) |
    (step.isSingle ? low.FLAG_NO_COMMA : 0)
  )
}

/** Steps that say what stands in a line, sixteen bytes each. */
function literals(text: Uint8Array): EncodedStep[] {
  const steps: EncodedStep[] = []
  for (let at = 0; at < text.length; at += UNTIL_BYTES) {
    const part = text.subarray(at, at + UNTIL_BYTES)
    const bytes = new Uint8Array(low.STEP_BYTES)
    bytes[low.STEP_KIND] = low.KIND_LITERAL
    writeUntil(bytes, part, part.length)
    steps.push({ bytes, field: -1 })
  }
  return steps
}

function writeUntil(bytes: Uint8Array, text: Uint8Array, whole: number): void {
  const view = new DataView(bytes.buffer)
  view.setUint16(low.STEP_LENGTH, text.length, true)
  view.setUint16(low.STEP_WHOLE, whole, true)
  bytes.set(text, low.STEP_UNTIL)
  bytes.fill(255, low.STEP_MASK, low.STEP_MASK + text.length)
}
