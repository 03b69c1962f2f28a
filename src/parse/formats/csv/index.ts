import { COMMA } from '../../../core/bytes.js'
import type { LogFormat } from '../../contract.js'
import { usualTable } from '../../table/usual-columns.js'

const SHAPE = { delimiter: COMMA, spelling: 'csv' } as const

/** Comma-separated values, whose first line names the columns. */
export const csv: LogFormat = {
  id: 'csv',
  title: 'Comma-separated values with a header line, by its names or by a field map (--fields)',
  reference: 'https://www.rfc-editor.org/rfc/rfc4180',
  example:
    'time,client_ip,method,path,status,bytes,user_agent\n2000-10-10T20:55:36.123Z,203.0.113.9,GET,/a?b=1,200,2326,curl/8.5.0',
  ...usualTable(SHAPE),
  withFields: (fields) => {
    const { withFields: _, ...format } = csv
    return { ...format, ...usualTable(SHAPE, fields) }
  },
  stamp: { unknown: 'unknown' },
}
