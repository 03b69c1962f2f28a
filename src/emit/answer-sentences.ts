import type { ClosureAnswer, HostUse } from '../closure/contract.js'
import type { Report } from '../conclude/contract.js'
import { briefTime, formatCount } from '../core/times.js'
import type { CoverageInterval, LogCoverage } from '../coverage/contract.js'
import type { EvidenceReference } from '../findings/contract.js'
import { logNames } from './log-names.js'

/** One answer in plain words. Log text in it is as it stands: sinks make it harmless. */
export interface AnswerSentence {
  readonly tone: 'critical' | 'high' | 'medium' | 'low' | 'info' | 'good'
  readonly text: string
  /** Ids of the findings that it stands on. */
  readonly findings: readonly string[]
}

/** The answers as a person would say them: access first, then each door, how long, what is missing. */
export function answerSentences(report: Report): readonly AnswerSentence[] {
  const names = logNames(report)
  return [
    accessSentence(report),
    ...report.answers.closure.map(closureSentence),
    ...whenSentences(report),
    ...coverageSentences(report, names),
  ]
}

type Ref = EvidenceReference

function accessSentence({ answers: { unauthorizedAccess } }: Report): AnswerSentence {
  const { verdict, numbers, findings, basis } = unauthorizedAccess
  const blind = basis.filter(({ code }) => BLIND.includes(code)).map(({ text }) => text)
  const text = {
    proven: `Unauthorised access is proven by ${counted(numbers.proven, 'finding')}${numbers.probable === 0 ? '' : `, and ${formatCount(Number(numbers.probable))} more make it probable`}.`,
    probable: `Unauthorised access is probable: ${counted(numbers.probable, 'finding')}. Nothing proves it.`,
    attempted: `Attempts were found and no access: ${counted(numbers.attempted, 'finding')}.`,
    undecidable: `No unauthorised access was found, and it cannot be ruled out: ${blind.join('; ')}.`,
    'not-found': 'No unauthorised access was found by the checks that ran, in the logs that were read.',
  }[verdict]
  return { tone: ACCESS_TONES[verdict], text, findings }
}

const BLIND = ['interrupted', 'not-read', 'coverage-gaps']
const ACCESS_TONES = {
  proven: 'critical',
  probable: 'high',
  attempted: 'medium',
  undecidable: 'medium',
  // that nothing was found is no good news by itself
  'not-found': 'info',
} as const

function closureSentence(answer: ClosureAnswer<Ref>): AnswerSentence {
  const { verdict, rule, period, after, findings, aliases } = answer
  const door = `The door ${rule}`
  const since = shortTime(period.from)
  const until = period.to === null ? '' : ` to ${shortTime(period.to)}`
  const text = {
    violated: `${door} did not hold: declared closed from ${since}${until}, ${counted(after.served + after.accepted, 'request')} of ${counted(after.requests, 'attempt')} by ${principals(answer)} ${after.served + after.accepted === 1 ? 'was' : 'were'} answered after that, the last at ${shortTime(String(answer.numbers.lastAnswered ?? after.last))}.`,
    held: `${door} held from ${since}${until}: ${counted(after.requests, 'attempt')} by ${principals(answer)}, none served.`,
    'not-exercised': `Nobody tried the door ${rule} after it was closed at ${since}${until}: the logs cannot confirm that it was.`,
    unverifiable: `Whether the door ${rule} held from ${since}${until} cannot be told: ${reasons(answer)}.`,
  }[verdict]
  const open = aliases.filter(({ served }) => served > 0)
  const alias =
    open.length === 0
      ? ''
      : ` Another way to it was still served: ${open.map(({ route }) => route).join(', ')}.`
  const remarks = answer.remarks.map(({ text: remark }) => ` Note: ${remark}.`).join('')
  return {
    tone: open.length > 0 && verdict !== 'violated' ? 'high' : CLOSURE_TONES[verdict],
    text: text + (verdict === 'violated' ? hostsText(after.hosts) : '') + alias + remarks,
    findings,
  }
}

/** Where a door is open at one host or port and closed at another, which is which. */
function hostsText(hosts: readonly HostUse[]): string {
  const open = hosts.filter(({ answered }) => answered > 0)
  const closed = hosts.filter(({ answered, denied }) => answered === 0 && denied > 0)
  if (open.length === 0 || hosts.length === 1) return ''
  return ` Answered at ${someOf(open)}${closed.length === 0 ? '' : `, only denied at ${someOf(closed)}`}.`
}

function someOf(hosts: readonly HostUse[]): string {
  const more = hosts.length - HOSTS_NAMED
  const named = hosts.slice(0, HOSTS_NAMED).map(({ host }) => host)
  return named.join(', ') + (more > 0 ? ` and ${formatCount(more)} more` : '')
}

/** Hosts of a kind that a sentence names. */
const HOSTS_NAMED = 3

/** The other ways are told apart. */
function reasons({ basis }: ClosureAnswer<Ref>): string {
  return basis
    .filter(({ code }) => code !== 'alias-served')
    .map(({ text }) => text)
    .join('; ')
}

const CLOSURE_TONES = {
  violated: 'critical',
  held: 'good',
  'not-exercised': 'info',
  unverifiable: 'medium',
} as const

function principals({ after }: ClosureAnswer<Ref>): string {
  return `${after.principalsExact ? '' : 'at most '}${counted(after.principals, 'principal')}`
}

function whenSentences({ answers: { dateRange, ongoing } }: Report): AnswerSentence[] {
  const { first, last, earliest, latest, findings } = dateRange
  if (first === null || last === null) return []
  const text = [
    `It is seen from ${shortTime(first)} to ${shortTime(last)}.`,
    earliest === first
      ? ''
      : ` It may have begun earlier${earliest === null ? '' : `, from ${shortTime(earliest)} on`}: ${reason(dateRange.basis, 0)}.`,
    latest === last
      ? ''
      : ` It may have gone on${latest === null ? '' : ` until ${shortTime(latest)}`}: ${reason(dateRange.basis, -1)}.`,
  ].join('')
  const goesOn = {
    continues: `It goes on: ${reason(ongoing.basis, 0)}.`,
    ended: `It has ended, as far as the logs show: ${reason(ongoing.basis, 0)}.`,
    unknown: `Whether it goes on cannot be known: ${reason(ongoing.basis, 0)}.`,
    none: '',
  }[ongoing.verdict]
  return [
    { tone: 'info', text, findings },
    { tone: ongoing.verdict === 'ended' ? 'info' : 'medium', text: goesOn, findings: ongoing.findings },
  ]
}

function reason(basis: readonly { readonly text: string }[], index: number): string {
  return basis.at(index)?.text ?? ''
}

/** Gaps that are told one by one. */
const MOST_GAPS = 5

function coverageSentences({ answers }: Report, names: ReadonlyMap<string, string>): AnswerSentence[] {
  const gaps = answers.coverage.flatMap((log) => gapsOf(log).map((gap) => ({ log, gap })))
  const told = gaps
    .toSorted(byLength)
    .slice(0, MOST_GAPS)
    .map(({ log, gap }) => gapSentence(log, gap, names))
  const more = gaps.length - told.length
  if (gaps.length === 0) return [wholeSentence(answers.coverage)]
  return more > 0
    ? [
        ...told,
        { tone: 'medium', text: `${counted(more, 'more gap')} in the logs: see coverage.`, findings: [] },
      ]
    : told
}

function gapsOf({ intervals }: LogCoverage<Ref>): CoverageInterval<Ref>[] {
  return intervals.filter(({ state }) => state === 'missing' || state === 'degraded')
}

interface Gap {
  readonly log: LogCoverage<Ref>
  readonly gap: CoverageInterval<Ref>
}

function byLength(a: Gap, b: Gap): number {
  const length = ({ gap }: Gap) => Date.parse(gap.to) - Date.parse(gap.from)
  return length(b) - length(a)
}

function gapSentence(
  { log }: LogCoverage<Ref>,
  gap: CoverageInterval<Ref>,
  names: ReadonlyMap<string, string>,
): AnswerSentence {
  const { from, to, state, lost, basis } = gap
  const name = names.get(log) ?? log
  const why = basis.map(({ text }) => text).join('; ')
  const span = betweenTimes(from, to)
  const planned = basis.some(({ code }) => code === 'planned-downtime')
  const losses =
    lost.most === null ? '' : `, ${formatCount(lost.least)} to ${formatCount(lost.most)} records lost`
  const text =
    state === 'missing'
      ? `No log of ${name} between ${span}${losses}: ${why}.`
      : `The log of ${name} is not whole between ${span}${losses}: ${why}.`
  return { tone: planned ? 'info' : 'medium', text, findings: [] }
}

function wholeSentence(logs: readonly LogCoverage<Ref>[]): AnswerSentence {
  const unknown = logs.some(({ intervals }) => intervals.some(({ state }) => state === 'unknown'))
  return unknown
    ? { tone: 'info', text: 'No gap in the logs was found, and some are too sparse to tell.', findings: [] }
    : { tone: 'good', text: 'The logs show no gap that would have been noticed.', findings: [] }
}

function counted(count: number | string | null | undefined, one: string): string {
  const number = typeof count === 'number' ? count : 0
  return `${formatCount(number)} ${one}${number === 1 ? '' : 's'}`
}

function shortTime(iso: string | null): string {
  return iso === null ? 'an unknown time' : briefTime(iso)
}

/** `2021-08-14 13:05 and 13:42Z` within a day, both dates otherwise. */
function betweenTimes(from: string, to: string): string {
  const [start, end] = [shortTime(from), shortTime(to)]
  const sameDay = start.slice(0, 10) === end.slice(0, 10)
  return `${start.slice(0, -1)} and ${sameDay ? end.slice(11) : end}`
}
