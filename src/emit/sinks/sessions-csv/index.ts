import type { Session } from '../../../sessions/contract.js'
import type { Output, Sink, SinkFormat } from '../../contract.js'
import { type Column, csvSheet } from '../../csv.js'

/** One row a session. */
export const sessionsCsv = {
  id: 'sessions-csv',
  title: 'Sessions as a spreadsheet',
  fileName: 'sessions.csv',
  create(output: Output): Sink {
    const sheet = csvSheet(output, COLUMNS)
    return { sessions: sheet.rows, close: sheet.close }
  },
} as const satisfies SinkFormat

const COLUMNS: readonly Column<Session>[] = [
  { name: 'id', text: ({ id }) => id },
  { name: 'principal_kind', text: ({ principal }) => principal.kind },
  { name: 'principal_id', text: ({ principal }) => principal.id },
  { name: 'client', text: ({ principal }) => principal.client ?? '' },
  { name: 'user', text: ({ principal }) => principal.user ?? '' },
  { name: 'user_agent', text: ({ principal }) => principal.userAgent ?? '' },
  { name: 'start', text: ({ start }) => start },
  { name: 'end', text: ({ end }) => end },
  { name: 'duration_ms', number: ({ start, end }) => Date.parse(end) - Date.parse(start) },
  { name: 'requests', number: ({ requests }) => requests },
  { name: 'served', number: ({ served }) => served },
  { name: 'accepted', number: ({ accepted }) => accepted },
  { name: 'denied', number: ({ denied }) => denied },
  { name: 'unclear', number: ({ unclear }) => unclear },
  { name: 'bytes', number: ({ bytes }) => bytes },
  { name: 'first_source', text: ({ first }) => first.source },
  { name: 'first_line', number: ({ first }) => first.line },
  { name: 'first_offset', number: ({ first }) => first.offset },
  { name: 'last_source', text: ({ last }) => last.source },
  { name: 'last_line', number: ({ last }) => last.line },
  { name: 'last_offset', number: ({ last }) => last.offset },
  { name: 'ended', text: ({ ended }) => ended },
]
