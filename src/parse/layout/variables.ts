/** What a variable of a format string stands for: short ways to say it. */
import type { FieldId } from '../../columns/contract.js'
import type { Codec } from '../contract.js'
import type { Meaning } from './headers.js'

export type Named = Meaning & {
  /** Its name as an extra, for when another field keeps the column. */
  readonly name: string
  /** Written without quotes even where texts are quoted. */
  readonly isNumber?: boolean
}

export function text(field: FieldId, name: string, rank = 0): Named {
  return { codec: { as: 'text', field }, name, rank }
}
export function as(codec: Codec, name: string, rank = 0): Named {
  const isNumber = codec.as === 'status' || codec.as === 'bytes'
  return { codec, name, rank, ...(isNumber ? { isNumber } : {}) }
}
export function extra(name: string): Named {
  return { codec: { as: 'extra', name }, name, rank: 0 }
}
export function numberExtra(name: string): Named {
  return { ...extra(name), isNumber: true }
}
/** A duration in units of so many milliseconds; by default the finest of several is kept. */
export function duration(unit: number, name: string, rank = unit): Named {
  return { codec: { as: 'duration', unit }, name, rank, isNumber: true }
}
/** A time by a strftime pattern. */
export function pattern(format: string, name: string, rank = 0): Named {
  return { codec: { as: 'time', time: { kind: 'strftime', format } }, name, rank }
}
