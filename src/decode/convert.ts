import type { FaultLog } from '../core/faults.js'
import type { BlockMemory } from './block.js'
import { LINE_CUT } from './contract.js'
import { endsInHalfPair, utf8Bound, utf16ToUtf8 } from './utf16.js'

/**
 * Writes the UTF-8 of a framed UTF-16 block to `memory.text` and points the entries there. Places stay as they are.
 *
 * A pair that the line limit cut in two is left out; it is whole in the evidence and no fault.
 *
 * @returns Bytes of `memory.text` in use.
 */
export function convertBlock(memory: BlockMemory, isLittle: boolean, faults: FaultLog): number {
  const { raw, table } = memory
  memory.reserveText(utf8Bound(memory.rawLength))
  let textAt = 0
  for (let row = 0; row < table.lineCount; row++) {
    const start = table.lineStart[row]!
    let end = table.lineEnd[row]!
    if (table.lineKind[row] === LINE_CUT && endsInHalfPair(raw, end, isLittle)) end -= 2
    const place = table.placeOffset[row]! - start
    table.lineStart[row] = textAt
    textAt = utf16ToUtf8(raw, start, end, isLittle, memory.text, textAt, (at) =>
      faults.add('invalid-utf16', { offset: place + at, length: Math.min(2, end - at) }, INVALID),
    )
    table.lineEnd[row] = textAt
  }
  return textAt
}

const INVALID = 'a lone surrogate or an odd last byte; U+FFFD stands in its place'
