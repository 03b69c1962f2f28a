import type { Finding } from '../../../findings/contract.js'
import type { Output, Sink, SinkFormat } from '../../contract.js'
import { type Column, csvSheet, listCell } from '../../csv.js'
import { safeJson } from '../../json.js'

/** One row a finding: what all kinds share, the measures as JSON, and the place of the first cited line. */
export const findingsCsv = {
  id: 'findings-csv',
  title: 'Findings as a spreadsheet',
  fileName: 'findings.csv',
  create(output: Output): Sink {
    const sheet = csvSheet(output, COLUMNS)
    return { findings: sheet.rows, close: sheet.close }
  },
} as const satisfies SinkFormat

const COLUMNS: readonly Column<Finding>[] = [
  { name: 'id', text: ({ id }) => id },
  { name: 'kind', text: ({ kind }) => kind },
  { name: 'severity', text: ({ severity }) => severity },
  { name: 'confidence', text: ({ confidence }) => confidence },
  { name: 'outcome', text: ({ outcome }) => outcome },
  { name: 'title', text: ({ title }) => title },
  { name: 'start', text: ({ start }) => start },
  { name: 'end', text: ({ end }) => end },
  { name: 'subject_type', text: ({ subject }) => subject.type },
  { name: 'subject_id', text: ({ subject }) => subject.id },
  { name: 'clients', text: ({ subject }) => listCell(subject.clients, subject.clientCount) },
  { name: 'users', text: ({ subject }) => listCell(subject.users, subject.userCount) },
  { name: 'user_agents', text: ({ subject }) => listCell(subject.userAgents, subject.userAgentCount) },
  { name: 'scope', text: ({ scope }) => `${scope.type}:${scope.id}` },
  { name: 'measures', text: ({ measures }) => safeJson(measures) },
  { name: 'evidence_count', number: ({ evidenceCount }) => evidenceCount },
  { name: 'first_source', text: ({ evidence }) => evidence[0]?.source ?? '' },
  { name: 'first_line', number: ({ evidence }) => evidence[0]?.line ?? Number.NaN },
  { name: 'first_offset', number: ({ evidence }) => evidence[0]?.offset ?? Number.NaN },
  { name: 'first_sha256', text: ({ evidence }) => evidence[0]?.sha256 ?? '' },
  { name: 'summary', text: ({ summary }) => summary },
]
