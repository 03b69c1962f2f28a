import { TAB } from '../../../core/bytes.js'
import type { LogFormat } from '../../contract.js'
import { usualTable } from '../../table/usual-columns.js'

const SHAPE = { delimiter: TAB, spelling: 'raw' } as const

/** Tab-separated values, whose first line names the columns. */
export const tsv: LogFormat = {
  id: 'tsv',
  title: 'Tab-separated values with a header line, by its names or by a field map (--fields)',
  reference: 'https://www.iana.org/assignments/media-types/text/tab-separated-values',
  example:
    'time\tclient_ip\tmethod\tpath\tstatus\tbytes\tuser_agent\n2000-10-10T20:55:36.123Z\t203.0.113.9\tGET\t/a?b=1\t200\t2326\tcurl/8.5.0',
  ...usualTable(SHAPE),
  withFields: (fields) => {
    const { withFields: _, ...format } = tsv
    return { ...format, ...usualTable(SHAPE, fields) }
  },
  stamp: { unknown: 'unknown' },
}
