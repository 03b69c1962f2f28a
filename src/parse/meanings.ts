/** What values stand for: short ways to say it, and what a format states of its own. */
import { FIELD, type FieldId } from '../columns/contract.js'
import type { RejectReason, ValueCodec, ValueMeaning } from './contract.js'

/** A text column. */
export function text(field: FieldId, rank = 0): ValueMeaning {
  return { codec: { as: 'text', field }, rank }
}

/** A variable that no column stands for, under its own name. */
export function extra(name: string): ValueMeaning {
  return { codec: { as: 'extra', name } }
}

export function as(codec: ValueCodec, rank = 0): ValueMeaning {
  return { codec, rank }
}

/** A duration in units of so many milliseconds. */
export function duration(unit: number, rank = 0): ValueMeaning {
  return { codec: { as: 'duration', unit }, rank }
}

/** A count of bytes sent; whether it includes headers. */
export function bytes(headers: boolean, rank = 0): ValueMeaning {
  return { codec: { as: 'bytes', headers }, rank }
}

/** Names of the extra fields and columns that meanings fill, as a format states them. */
export function namesOf(meanings: Iterable<ValueMeaning>): { extras: string[]; columns: string[] } {
  const extras = new Set<string>()
  const columns = new Set<string>()
  for (const { codec } of [...meanings].flatMap(withOthers)) {
    if (codec.as === 'endpoint') extras.add(codec.port)
    if (codec.as === 'extra') extras.add(codec.name)
    else if (codec.as !== 'skip') columns.add(codec.as === 'text' ? fieldName(codec.field) : codec.as)
  }
  return { extras: [...extras], columns: [...columns] }
}

function withOthers(meaning: ValueMeaning): ValueMeaning[] {
  return meaning.also === undefined ? [meaning] : [meaning, ...withOthers(meaning.also)]
}

/** Names of text columns by their number. */
const NAMES = new Map<FieldId, string>(Object.entries(FIELD).map(([name, field]) => [field, name]))

export function fieldName(field: FieldId): string {
  return NAMES.get(field)!
}

const TIMES: ReadonlySet<ValueCodec['as']> = new Set(['time', 'any-time', 'date', 'clock'])

/** Why a line is rejected in which a value is none of its kind. */
export function problemOf({ codec }: ValueMeaning): RejectReason {
  return TIMES.has(codec.as) ? 'bad-time' : 'bad-number'
}
