import { formatCount } from '../../../core/times.js'
import type { ConfidenceReason } from '../../../findings/contract.js'

/** Why confidence is not high, in words that end the sentence "confidence is low: ...". */
export const REASONS: Readonly<Record<ConfidenceReason, string>> = {
  'client-only-identity': 'the client is known by address and user agent only',
  'zone-assumed': 'the time zone of the log is assumed',
  'producer-unknown':
    'which server wrote the log is unknown, and so whether stamps are of the start or the end',
  'may-have-begun-before-closing': 'the requests may have begun before the closing',
  'stamp-outlier': 'a stamp lies more than a day from those around it',
  'no-baseline': 'there is no ordinary traffic to compare with',
  'looks-like-proxy': 'the client looks like a proxy that is not declared',
  'coverage-degraded': 'the evidence is damaged or incomplete in this time',
  'late-records': 'records stand further out of order than the horizon',
  'ambiguous-line': 'a cited line can be read in two ways',
}

export const OUTCOMES = {
  attempted: 'attempted, without visible success',
  succeeded: 'succeeded',
  unknown: 'whether it succeeded cannot be told',
} as const

/** `1 record`, `2 records`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}

/** `5 (0.04 %)`; nothing in brackets when the whole is nothing. */
export function withShare(count: number, whole: number): string {
  if (whole <= 0 || count === 0) return formatCount(count)
  const percent = (count / whole) * 100
  const digits = percent >= 10 || percent === 0 ? 0 : percent >= 1 ? 1 : 2
  return `${formatCount(count)} (${percent < 0.01 ? 'under 0.01' : percent.toFixed(digits)} %)`
}

/** `2021-08-14 12:03:11`; milliseconds only where there are any. */
export function shortTime(iso: string | null): string {
  if (iso === null) return 'unknown'
  return iso.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.000|(\.\d+))?Z$/, '$1 $2$3')
}

/** `2021-08-14 12:03:11 to 12:09:00` within a day, both dates otherwise. */
export function timeSpan(first: string | null, last: string | null): string {
  if (first === null || last === null) return 'no record with a time'
  const [from, to] = [shortTime(first), shortTime(last)]
  if (from === to) return from
  return from.slice(0, 10) === to.slice(0, 10) ? `${from} to ${to.slice(11)}` : `${from} to ${to}`
}

/** `closedFrom` and `not-found` as words. */
export function spaced(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[-_]+/g, ' ')
    .toLowerCase()
}
