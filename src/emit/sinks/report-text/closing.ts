import type { Report } from '../../../conclude/contract.js'
import { formatCount } from '../../../core/times.js'
import { safeJson } from '../../json.js'
import { type Line, labelled, table, wrap } from './layout.js'
import { counted } from './words.js'

/** Indicators that are listed of those seen, and of those not seen. */
const MAX_INDICATORS = 30

export function indicatorsSection({ indicators }: Report, width: number): Line[] {
  const seen = indicators.filter((indicator) => indicator.seen)
  const unseen = indicators.filter((indicator) => !indicator.seen)
  const head: Line = [
    { text: 'Indicators', tone: 'heading' },
    `   ${formatCount(seen.length)} seen   ${formatCount(unseen.length)} not seen`,
  ]
  if (indicators.length === 0) return [[{ text: 'Indicators', tone: 'heading' }], ['  none were given']]
  const columns = [
    { name: 'type', leans: 'left' },
    { name: 'value', leans: 'left', flexible: true },
    { name: '', leans: 'left' },
    { name: 'records', leans: 'right' },
  ] as const
  const rows = [...seen.slice(0, MAX_INDICATORS), ...unseen.slice(0, MAX_INDICATORS)].map((indicator) => [
    indicator.type,
    indicator.value,
    indicator.seen ? 'seen' : 'not seen',
    formatCount(indicator.records),
  ])
  const more = indicators.length - rows.length
  return [
    head,
    ...table(columns, rows, width, 2),
    ...(more > 0 ? [[`  ${formatCount(more)} more: see ledger.json (--out)`]] : []),
  ]
}

export function notCheckedSection({ reading }: Report, width: number): Line[] {
  const texts = reading.notChecked.map(({ check, reason }) => `${check}: ${reason}`)
  return listSection('Not checked', texts, 'nothing: every check ran', width)
}

export function assumptionsSection({ reading, answers }: Report, width: number): Line[] {
  const proxies = reading.proxyLike.map(
    (client) => `${client} looks like a proxy that is not declared: over half of all records come from it`,
  )
  return listSection('Assumptions', [...answers.assumptions, ...proxies], 'none', width)
}

function listSection(title: string, texts: readonly string[], none: string, width: number): Line[] {
  const lines = texts.flatMap((text) =>
    wrap(text, Math.max(20, width - 4)).map((line, index): Line => [index === 0 ? '  - ' : '    ', line]),
  )
  return [[{ text: title, tone: 'heading' }], ...(lines.length === 0 ? [[`  ${none}`]] : lines)]
}

/** What was set for this run; defaults stand in the ledger. */
export function settingsSection({ configuration }: Report, width: number): Line[] {
  const set = configuration.filter(({ origin }) => origin !== 'default')
  const lines = set.flatMap(({ name, value, origin }) =>
    labelled(name, `${typeof value === 'string' ? value : safeJson(value)} (${origin})`, width, 2),
  )
  const rest = counted(configuration.length - set.length, 'setting')
  return [
    [{ text: 'Settings', tone: 'heading' }],
    ...lines,
    [{ text: `  ${rest} at the default: see ledger.json (--out)`, tone: 'quiet' }],
  ]
}

/** How to check a citation; the command is the last line of the report. */
export function checkSection(width: number): Line[] {
  const text = 'To check a citation, put in its FILE, N and LENGTH; the answer must begin with its SHA-256:'
  return [
    ...wrap(text, width).map((line): Line => [{ text: line, tone: 'quiet' }]),
    ['  zcat -f FILE | tail -c +N | head -c LENGTH | sha256sum'],
  ]
}
