/** A field map as the kernel reads lines by it. */
import { type MapMember, type MapProgram, type MapValue, VALUE } from '../../kernel/map-program.js'
import type { TimeCodec, ValueCodec, ValueMeaning } from '../contract.js'
import { columnCount, columnOf } from '../row-writer.js'
import type { MapNode } from './field-map.js'

/**
 * @param needs   Bits that a line of the format meets.
 * @param extras  Columns behind those that every batch has.
 */
export function mapProgram(root: MapNode, needs: number, extras: readonly string[]): MapProgram {
  return { root: memberOf(root, extras), needs, columns: columnCount(extras) }
}

function memberOf(node: MapNode, extras: readonly string[]): MapMember {
  return {
    name: node.key,
    values: node.meaning === null ? [] : valuesOf(node.meaning, extras),
    children: node.children.map((child) => memberOf(child, extras)),
    isList: node.list !== null,
    needs: node.needs,
  }
}

function valuesOf({ codec, rank = 0, also }: ValueMeaning, extras: readonly string[]): MapValue[] {
  const column = columnOf(codec, extras)
  const value = {
    value: column < 0 ? VALUE.dropped : valueFor(codec),
    field: isSpan(codec) ? column : -1,
    column: Math.max(0, column),
    rank,
    unit: unitOf(codec),
  }
  return also === undefined ? [value] : [value, ...valuesOf(also, extras)]
}

function isSpan({ as }: ValueCodec): boolean {
  return as === 'text' || as === 'extra' || as === 'address'
}

function valueFor(codec: ValueCodec): number {
  switch (codec.as) {
    case 'text':
    case 'extra':
      return VALUE.text
    case 'address':
    case 'request':
    case 'method':
    case 'target':
    case 'query':
    case 'status':
    case 'bytes':
    case 'duration':
      return VALUE[codec.as]
    case 'any-duration':
      return codec.unit === undefined ? VALUE.plainDuration : VALUE.duration
    case 'time':
      return timeFor(codec.time)
    case 'any-time':
      return VALUE.anyTime
    default:
      return VALUE.other
  }
}

function timeFor(time: TimeCodec): number {
  return { clf: VALUE.clfTime, iso: VALUE.isoTime, epoch: VALUE.epochTime, strftime: VALUE.other }[time.kind]
}

function unitOf(codec: ValueCodec): number {
  if (codec.as === 'duration' || codec.as === 'any-duration') return codec.unit ?? 1
  return codec.as === 'time' && codec.time.kind === 'epoch' ? codec.time.unit : 1
}
