import type { LedgerEntry, Reading, Report, Summary } from '../../../conclude/contract.js'
import { FAULTS, type Fault } from '../../../core/faults.js'
import { formatBytes, formatCount, formatDuration } from '../../../core/times.js'
import { type Line, labelled, table, wrap } from './layout.js'
import { counted, timeSpan, withShare } from './words.js'

/** Sources, clients, indicators and the like that are listed before the report says how many more there are. */
const MAX_SOURCES = 40

/** What was read and what was not. Zero is said: silence must be distinguishable from blindness. */
export function evidenceSection({ reading, ledger }: Report, width: number): Line[] {
  const line = (label: string, texts: readonly string[], none: string): Line[] =>
    (texts.length === 0 ? [none] : texts).flatMap((text, index) =>
      labelled(index === 0 ? label : '', text, width, 2),
    )
  return [
    [{ text: 'Evidence', tone: 'heading' }],
    ...line('Sources', [sourceStates(reading)], ''),
    ...line(
      'Not read',
      reading.notRead.map(({ name, reason }) => `${name}: ${reason}`),
      'none',
    ),
    ...line('Faults', ledger.flatMap(faultTexts), 'none'),
    ...line('Memory bounds', reading.bounds.map(boundText), 'none reached'),
    ...line(
      'Interrupted',
      reading.interrupted ? ['yes: what follows covers only what was read until then'] : [],
      'no',
    ),
  ]
}

function sourceStates({ sources }: Reading): string {
  const count = (state: 'read' | 'damaged' | 'unread'): number =>
    sources.filter((source) => source.state === state).length
  return `${formatCount(count('read'))} read to the end, ${formatCount(count('damaged'))} damaged, ${formatCount(count('unread'))} unread`
}

function faultTexts({ ordinal, names, faults }: LedgerEntry): string[] {
  return faults.map((fault) => `${ordinal} ${names[0] ?? ''}: ${faultText(fault)}`)
}

function faultText({ code, count, first, detail }: Fault): string {
  const { meaning = '', continues = true } = Object.hasOwn(FAULTS, code) ? FAULTS[code] : {}
  const times = count === 1 ? 'once' : `${formatCount(count)} times`
  const place = first === undefined ? '' : `, first at byte ${formatCount(first.offset)}`
  const end = continues ? 'reading went on' : 'reading of this source ended there'
  return `${code}, ${times}${place}: ${detail ?? meaning}; ${end}`
}

function boundText({ name, limit, count, firstAt, effect }: Reading['bounds'][number]): string {
  return `${name}: ${formatCount(count)} beyond the limit of ${formatCount(limit)}, first at ${firstAt}: ${effect}`
}

/** Each source with its lines; the span of its records below. */
export function sourcesSection(ledger: readonly LedgerEntry[], width: number): Line[] {
  const shown = ledger.slice(0, MAX_SOURCES)
  if (shown.length === 0) return [[{ text: 'Sources', tone: 'heading' }], ['  none']]
  const columns = [
    { name: '', leans: 'left' },
    { name: 'file', leans: 'left', flexible: true },
    { name: 'format', leans: 'left' },
    { name: 'lines', leans: 'right' },
    { name: 'records', leans: 'right' },
    { name: 'rejects', leans: 'right' },
  ] as const
  const rows = shown.map((entry) => [
    entry.ordinal,
    entry.names[0] ?? '',
    entry.format ?? 'unrecognised',
    ...[entry.lines, entry.records, entry.rejects].map(formatCount),
  ])
  const [header, ...lines] = table(columns, rows, width, 2)
  const more = ledger.length - shown.length
  return [
    [{ text: 'Sources', tone: 'heading' }],
    header!,
    ...lines.flatMap((line, index) => [line, ...sourceDetails(shown[index]!, width)]),
    ...(more > 0 ? [[`  ${counted(more, 'more source')}: see ledger.json`]] : []),
  ]
}

function sourceDetails(entry: LedgerEntry, width: number): Line[] {
  const { first, last, blanks, directives, outside, names, wrapper } = entry
  const notes = [
    wrapper === null ? '' : `wrapped in ${wrapper}`,
    blanks > 0 ? `${formatCount(blanks)} blank` : '',
    directives > 0 ? counted(directives, 'directive') : '',
    outside > 0 ? `${formatCount(outside)} outside since and until` : '',
    names.length > 1 ? `also as ${names.slice(1).join(', ')}` : '',
  ]
  const details = [timeSpan(first, last), ...notes].filter((part) => part !== '').join('; ')
  return wrap(details, Math.max(20, width - 6)).map((text) => [
    { text: `      ${text}`, tone: 'quiet' as const },
  ])
}

/** Totals of the whole evidence, and who and what stands out by number. */
export function totalsSection(summary: Summary, width: number): Line[] {
  const { lines, rejects } = summary
  const facts: [string, string][] = [
    ['Time', spanText(summary)],
    [
      'Lines',
      `${formatCount(lines)}: ${counted(summary.records, 'record')}, rejects ${withShare(rejects, lines)}, ` +
        `${formatCount(summary.blanks)} blank, ${counted(summary.directives, 'directive')}, ` +
        `${formatCount(summary.outside)} outside since and until`,
    ],
    ['Size', `${formatBytes(summary.decodedBytes)} read, ${formatBytes(summary.bytesSent)} sent to clients`],
    ['Clients', `${summary.clientsExact ? '' : 'at most '}${formatCount(summary.clients)}`],
    ['Sessions', formatCount(summary.sessions)],
    ['Status', countsText(summary.statusClasses)],
    ['Outcomes', countsText(summary.outcomes)],
  ]
  return [
    [{ text: 'Totals', tone: 'heading' }],
    ...facts.flatMap(([label, text]) => labelled(label, text, width, 2)),
    ...topTable(
      'client',
      summary.topClients.map((row) => ({ ...row, name: row.client })),
      width,
    ),
    ...topTable(
      'route',
      summary.topRoutes.map((row) => ({ ...row, name: row.route })),
      width,
    ),
  ]
}

function spanText({ first, last }: Summary): string {
  if (first === null || last === null) return timeSpan(first, last)
  return `${timeSpan(first, last)} UTC (${formatDuration(Date.parse(last) - Date.parse(first))})`
}

function countsText(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).map(([name, count]) => `${name} ${formatCount(count)}`)
  return parts.join(', ') || 'none'
}

interface TopRow {
  readonly name: string
  readonly requests: number
  readonly denied: number
  readonly bytes: number
}

function topTable(name: string, rows: readonly TopRow[], width: number): Line[] {
  if (rows.length === 0) return []
  const columns = [
    { name: `top ${name}s`, leans: 'left', flexible: true },
    { name: 'requests', leans: 'right' },
    { name: 'denied', leans: 'right' },
    { name: 'sent', leans: 'right' },
  ] as const
  const cells = rows.map((row) => [
    row.name,
    formatCount(row.requests),
    formatCount(row.denied),
    formatBytes(row.bytes),
  ])
  return [[], ...table(columns, cells, width, 2)]
}
