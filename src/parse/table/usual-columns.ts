/** Tables with a header line, whose columns are named as people usually name them, or as a person says. */
import type { FieldNames, LogFormat } from '../contract.js'
import { neededBy, withFields } from '../named-fields.js'
import { USUAL_NAMES } from '../usual-names.js'
import { fromTable, type TableFormat } from './scan-table.js'

const TIMES = namesThat((as) => as === 'any-time' || as === 'time')
const CLIENTS = namesThat((as) => as === 'address')
const REQUESTS = namesThat((as) => as === 'request' || as === 'target' || as === 'method')

function namesThat(holds: (as: string) => boolean): string {
  return Object.keys(USUAL_NAMES)
    .filter((name) => holds(USUAL_NAMES[name]!.codec.as))
    .join('|')
}

/** A table of the usual columns, or of those that a map names. */
export function usualTable(
  shape: Pick<TableFormat, 'delimiter' | 'spelling'>,
  fields: FieldNames = {},
): Pick<LogFormat, 'scanner' | 'extras' | 'columns' | 'hint'> {
  const lower: FieldNames = Object.fromEntries(
    Object.entries(fields).map(([name, column]) => [name, column.toLowerCase()]),
  )
  const isMapped = Object.keys(fields).length > 0
  const needs = [
    neededBy(lower, ['time'], TIMES),
    neededBy(lower, ['client', 'forwarded'], isMapped ? '' : CLIENTS),
    neededBy(lower, ['target', 'path', 'request', 'method'], isMapped ? '' : REQUESTS),
  ].filter((need) => need !== '')
  const table = fromTable({ ...shape, header: 'first-line', columns: withFields(USUAL_NAMES, lower), needs })
  const hint = headerWith(needs[0]!)
  return hint === null ? table : { ...table, hint }
}

/** A header with one of the names, as a hint; null where one has letters that are more than a byte. */
function headerWith(names: string): RegExp | null {
  if (!/^[\0-\x7f]*$/.test(names)) return null
  const any = names.split('|').map((name) => name.replace(/[.*+?^${}()[\]\\]/g, '\\$&'))
  return new RegExp(`(?<!\\w)(?:${any.join('|')})(?!\\w)`, 'i')
}
