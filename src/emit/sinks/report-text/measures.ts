import { formatBytes, formatCount, formatDuration } from '../../../core/times.js'
import type { Finding } from '../../../findings/contract.js'
import { safeJson } from '../../json.js'
import { counted, shortTime, spaced } from './words.js'

/** A label and what stands beside it. */
export type Fact = readonly [label: string, text: string]

/** How much: the measures of a finding, by kind where there are words for it, else name by name. */
export function measureFacts({ kind, measures }: Finding): Fact[] {
  const values = new Map<string, unknown>(Object.entries(measures))
  return kind === 'closed-entry-point' ? closedEntryPoint(values) : [['how much', generic(values)]]
}

type Values = ReadonlyMap<string, unknown>

const CLOSED_WORDED = ['served', 'accepted', 'unclear', 'denied', 'inFlight', 'requests', 'bytes'].concat([
  'closedFrom',
  'firstAfter',
  'lastAfter',
  'firstGiven',
  'lastGiven',
  'spellings',
  'spellingCount',
])

function closedEntryPoint(values: Values): Fact[] {
  const outcomes = ['served', 'accepted', 'unclear', 'denied'].map(
    (name) => `${formatCount(numberOf(values, name))} ${name}`,
  )
  const requests = counted(numberOf(values, 'requests'), 'request')
  const rest = new Map([...values].filter(([name]) => !CLOSED_WORDED.includes(name)))
  const facts: Fact[] = [
    [
      'how much',
      `${requests} after the closing: ${outcomes.join(', ')}; ${formatBytes(numberOf(values, 'bytes'))} sent`,
    ],
    ['in flight', `${counted(numberOf(values, 'inFlight'), 'request')} at the closing`],
    ['closed', closing(values)],
    ['spellings', spellings(values)],
  ]
  return rest.size === 0 ? facts : [...facts, ['also', generic(rest)]]
}

function closing(values: Values): string {
  const closedFrom = timeOf(values, 'closedFrom')
  if (closedFrom === null) return 'time not stated'
  const [first, last] = [timeOf(values, 'firstAfter'), timeOf(values, 'lastAfter')]
  const after = (time: string): string => formatDuration(Date.parse(time) - Date.parse(closedFrom))
  const requests =
    first === null || last === null
      ? 'no request after it'
      : `first request ${after(first)} after it, last ${after(last)} after it`
  const given = timeOf(values, 'lastGiven')
  return `${shortTime(closedFrom)}; ${requests}${given === null || given === last ? '' : `, last answered ${after(given)} after it`}`
}

function spellings(values: Values): string {
  const listed = values.get('spellings')
  const texts = Array.isArray(listed) ? listed.map(String) : []
  const more = numberOf(values, 'spellingCount') - texts.length
  return [...texts, ...(more > 0 ? [`and ${formatCount(more)} more`] : [])].join(', ') || 'none kept'
}

function numberOf(values: Values, name: string): number {
  const value = values.get(name)
  return typeof value === 'number' ? value : 0
}

function timeOf(values: Values, name: string): string | null {
  const value = values.get(name)
  return typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? value : null
}

/** Values of a list that are shown. */
const MAX_LISTED = 5

/** What was measured, then the names of what could not be. */
function generic(values: Values): string {
  const known = [...values].filter(([, value]) => !isUnknown(value))
  const unknown = [...values].filter(([, value]) => isUnknown(value))
  const parts = known.map(([name, value]) => `${label(name)} ${valueText(name, value)}`)
  const measured = parts.join(', ') || 'nothing measured'
  return unknown.length === 0
    ? measured
    : `${measured}; not known: ${unknown.map(([name]) => label(name)).join(', ')}`
}

/** Absent, or a list of nothing. */
function isUnknown(value: unknown): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0)
}

function label(name: string): string {
  return spaced(name.replace(/Ms$/, ''))
}

function valueText(name: string, value: unknown): string {
  if (typeof value === 'number') return numberText(name, value)
  if (typeof value === 'string') return shortTime(value)
  if (!Array.isArray(value)) return typeof value === 'object' ? safeJson(value) : String(value)
  const listed = value.slice(0, MAX_LISTED).map((item) => valueText(name, item))
  const more = value.length - listed.length
  return `${listed.join(' ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}`
}

function numberText(name: string, value: number): string {
  if (name.endsWith('Ms')) return formatDuration(value)
  return /bytes$/i.test(name) ? formatBytes(value) : formatCount(value)
}
