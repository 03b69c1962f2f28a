import { toIso } from '../../core/times.js'
import type { Signal } from '../../observe/contract.js'
import type { CoverageBasis, CoverageInput, CoverageInterval, CoverageReason } from '../contract.js'
import type { LogGroup } from '../logs.js'
import {
  GRADES,
  type Observation,
  type TestedLog,
  type TestedSource,
  type TimeSpan,
  testedLog,
} from './observation.js'
import { clockStepsOf } from './tests/clock.js'
import { damageOf, unopenedOf } from './tests/damage.js'
import { impossibleOf } from './tests/impossible.js'
import { overlapsOf } from './tests/overlaps.js'
import { repeatsOf } from './tests/repeats.js'
import { rotationHolesOf } from './tests/rotation.js'
import { absentNumbersOf, noticesSingles, useOf } from './tests/sequence-numbers.js'

/** What the integrity of one log says of its coverage. */
export interface IntegrityJudgement {
  /** By time; they may overlap. */
  readonly intervals: CoverageInterval[]
  readonly remarks: CoverageReason[]
  readonly notTested: CoverageReason[]
  /** `log-tampering`, and `log-gap` for files that are not there. */
  readonly signals: Signal[]
  /** A single lost record would be noticed, wherever in the log. */
  readonly noticesSingles: boolean
}

/** Findings of one test in one log; what is beyond is counted in the last of them. */
const MOST_FINDINGS = 8
const MOST_EVIDENCE = 4

/**
 * Judges the bytes, the lines, their order and the files of logs, by the logs' names. The same traces give the same answer.
 *
 * @param silencesOf  Silences that a log's rhythm does not explain; null where that does not tell.
 */
export function judgeIntegrity(
  groups: readonly LogGroup[],
  input: CoverageInput,
  silencesOf: (log: string) => readonly TimeSpan[] | null,
): ReadonlyMap<string, IntegrityJudgement> {
  const logs = groups.map((group) => testedLog(group, input, silencesOf(group.log)))
  const overlaps = overlapsOf(logs.flatMap(({ sources }) => sources).sort(bySource))
  return new Map(
    logs.map((log) => [
      log.group.log,
      judgeLog(
        log,
        overlaps.filter(({ source }) => isOf(log, source)),
      ),
    ]),
  )
}

function bySource(a: TestedSource, b: TestedSource): number {
  return a.covered.source - b.covered.source
}

function isOf({ sources }: TestedLog, source: number): boolean {
  return sources.some(({ covered }) => covered.source === source)
}

function judgeLog(log: TestedLog, overlaps: readonly Observation[]): IntegrityJudgement {
  const copies = [...repeatsOf(log), ...overlaps]
  const observations = [
    ...damageOf(log),
    ...clockStepsOf(log).map((step) => explained(step, copies)),
    ...copies,
    ...absentNumbersOf(log),
    ...rotationHolesOf(log),
    ...impossibleOf(log),
  ].sort(byTime)
  return {
    intervals: observations.filter(hasInterval).map(intervalOf),
    remarks: observations.filter((it) => !hasInterval(it)).map(reasonOf),
    notTested: notTestedOf(log),
    signals: signalsOf(log, observations),
    noticesSingles: noticesSingles(log),
  }
}

/** Lines that come again are of their first time: that time goes back there is no second finding. */
function explained(step: Observation, copies: readonly Observation[]): Observation {
  const { firstLine } = step.measures
  const isCopy = copies.some(
    ({ test, source, measures }) =>
      test === 'repeated-block' &&
      source === step.source &&
      firstLine !== null &&
      near(firstLine, measures.firstLine!, measures.lastLine!),
  )
  return isCopy ? { ...step, grade: null, state: null } : step
}

/** In a block, or not farther before it than it is long: its ends are those of a sample. */
function near(line: number, first: number, last: number): boolean {
  return line >= first - (last - first) && line <= last
}

function hasInterval({ state, start }: Observation): boolean {
  return state !== null && !Number.isNaN(start)
}

function intervalOf({ test, text, start, end, state, measures, citations }: Observation): CoverageInterval {
  return {
    from: toIso(start),
    // exclusive: where lines are missing the one behind them is not, and no stretch is empty
    to: toIso(state === 'missing' && end > start ? end : Math.floor(end) + 1),
    state: state!,
    lost: { least: measures.lostLeast, most: measures.lostMost },
    basis: [{ code: test, text }],
    evidence: citations.slice(0, MOST_EVIDENCE),
  }
}

function reasonOf({ test, text }: Observation): CoverageReason {
  return { code: test, text }
}

/** By time, those without one last; then by test and source. */
function byTime(a: Observation, b: Observation): number {
  return (
    compare(orLast(a.start), orLast(b.start)) ||
    compare(orLast(a.end), orLast(b.end)) ||
    compare(a.test, b.test) ||
    a.source - b.source ||
    compare(a.measures.firstLine ?? 0, b.measures.firstLine ?? 0)
  )
}

function orLast(time: number): number {
  return Number.isNaN(time) ? Number.POSITIVE_INFINITY : time
}

function compare<T extends number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0
}

// ---- findings

function signalsOf(log: TestedLog, observations: readonly Observation[]): Signal[] {
  const told = observations.filter(({ grade, start }) => grade !== null && !Number.isNaN(start))
  const folded = groupsBy(told, ({ test }) => test).flatMap(foldMany)
  const byPlace = groupsBy(folded, (it) => JSON.stringify([kindOf(it), it.source, toIso(it.start)]))
  return byPlace.map(joinTests).map((it) => signalOf(log, it))
}

/** In the order of the first of each. */
function groupsBy(observations: readonly Observation[], keyOf: (it: Observation) => string): Observation[][] {
  const groups = new Map<string, Observation[]>()
  for (const it of observations) {
    const known = groups.get(keyOf(it))
    if (known === undefined) groups.set(keyOf(it), [it])
    else known.push(it)
  }
  return [...groups.values()]
}

/** Keeps the findings of one test bounded: the last of them stands for those behind it too. */
function foldMany(found: readonly Observation[]): Observation[] {
  if (found.length <= MOST_FINDINGS) return [...found]
  const kept = found.slice(0, MOST_FINDINGS - 1)
  const rest = found.slice(MOST_FINDINGS - 1)
  const sum = (of: (it: Observation) => number) => rest.reduce((total, it) => total + of(it), 0)
  const most = rest.map(({ measures }) => measures.lostMost)
  const joined: Observation = {
    ...rest[0]!,
    text: `${rest[0]!.text}; and ${rest.length - 1} more of the like behind it`,
    grade: worstOf(rest),
    end: Math.max(...rest.map(({ end }) => end)),
    evidenceCount: sum((it) => it.evidenceCount),
    measures: {
      ...rest[0]!.measures,
      count: sum(({ measures }) => measures.count),
      lostLeast: sum(({ measures }) => measures.lostLeast),
      lostMost: most.includes(null) ? null : most.reduce<number>((total, it) => total + it!, 0),
      countedTwice: sum(({ measures }) => measures.countedTwice),
    },
  }
  return [...kept, joined]
}

/** What several tests say of one place is one finding: its id has no room for the test. */
function joinTests(found: readonly Observation[]): Observation {
  const [first, ...others] = found.toSorted((a, b) => GRADES.indexOf(a.grade!) - GRADES.indexOf(b.grade!))
  if (others.length === 0) return first!
  const alsoBy = new Set<CoverageBasis>(others.map(({ test }) => test).filter((it) => it !== first!.test))
  return {
    ...first!,
    text: [first!, ...others].map(({ text }) => text).join('; '),
    end: Math.max(...found.map(({ end }) => end)),
    measures: { ...first!.measures, alsoBy: [...alsoBy] },
    alternatives: [...new Set(found.flatMap(({ alternatives }) => alternatives))],
  }
}

function worstOf(found: readonly Observation[]): Observation['grade'] {
  return GRADES.find((grade) => found.some((it) => it.grade === grade)) ?? null
}

function kindOf({ grade }: Observation): string {
  return grade === 'missing' ? 'log-gap' : 'log-tampering'
}

function signalOf({ group, input }: TestedLog, observation: Observation): Signal {
  const { source, text, start, end, grade, measures, citations, evidenceCount, alternatives } = observation
  const isZoneAssumed = input.sources.some((it) => it.source === source && it.isZoneAssumed)
  return {
    kind: kindOf(observation),
    subject: {
      type: 'source',
      id: `S${source + 1}`,
      clients: [],
      clientCount: 0,
      users: [],
      userCount: 0,
      userAgents: [],
      userAgentCount: 0,
    },
    scope: { type: 'log', id: group.log },
    start,
    end,
    grade: grade!,
    outcome: 'unknown',
    summary: text,
    measures,
    citations,
    evidenceCount,
    reasons: isZoneAssumed ? ['zone-assumed'] : [],
    alternatives,
    techniques: measures.test === 'format-change' || grade === 'odd' ? [] : [INDICATOR_REMOVAL],
  }
}

/** ATT&CK: Indicator Removal. */
const INDICATOR_REMOVAL = 'T1070'

// ---- what was not tested

function notTestedOf(log: TestedLog): CoverageReason[] {
  return [
    ...unopenedOf(log).map((text): CoverageReason => ({ code: 'unreadable-bytes', text })),
    ...counterReasons(log),
    ...sampleReasons(log),
    ...log.sources.flatMap(unlisted),
    {
      code: 'clock-step',
      text: 'steps of the clock within the horizon, and a clock that is wrong through the whole log, are not looked for',
    },
    ...(log.group.sources.length > 1
      ? []
      : [
          {
            code: 'rotation-hole',
            text: 'it is one file: what came before and behind it does not show',
          } as const,
        ]),
  ]
}

/** Places beyond those that a source's trace has room for. */
function unlisted({ trace, ordinal }: TestedSource): CoverageReason[] {
  const lists = [
    ['nul-bytes', trace.nulRuns],
    ['damaged-lines', trace.rejectRuns],
    ['repeated-block', trace.repeats],
    ['clock-step', trace.clock.steps],
  ] as const
  return lists.flatMap(([code, { kept, count }]) =>
    count > kept.length
      ? [
          {
            code,
            text: `${ordinal} has ${count - kept.length} more places of the kind; the largest are listed`,
          },
        ]
      : [],
  )
}

const COUNTER_REASONS = {
  none: 'its format has no number that the server counts up: single lines may be gone unseen',
  'several-counters': 'its numbers are of more than one counter',
  'uncounted-requests': 'numbers are absent throughout: the server counts requests that it does not log',
  'other-messages': 'ids of syslog are absent in many places: the sender counts messages that go elsewhere',
} as const

function counterReasons({ sources }: TestedLog): CoverageReason[] {
  const uses = new Set(
    sources.filter(({ trace }) => trace.records > 0).map(({ trace }) => useOf(trace.counter)),
  )
  return (['none', 'several-counters', 'uncounted-requests', 'other-messages'] as const)
    .filter((use) => uses.has(use))
    .map((use) => ({ code: 'sequence-numbers', text: COUNTER_REASONS[use] }))
}

/** Of every so many records one is compared: with those of the same source, and fewer with those of others. */
function sampleReasons({ sources }: TestedLog): CoverageReason[] {
  const stepOf = (mask: (it: TestedSource) => number) => 1 + Math.max(0, ...sources.map(mask))
  const within = stepOf(({ trace }) => trace.sample.readMask)
  const across = stepOf(({ trace }) => trace.sample.mask)
  return [
    ...(within === 1 ? [] : [sampleReason('repeated-block', within)]),
    ...(across === 1 ? [] : [sampleReason('overlapping-sources', across)]),
  ]
}

function sampleReason(code: CoverageBasis, step: number): CoverageReason {
  return {
    code,
    text: `of about ${step} records one is compared: copies of less than some ${LEAST_COPIES * step} lines may stay unseen`,
  }
}

/** Samples that a copy has to hold to be surely seen: twice the least of them. */
const LEAST_COPIES = 8
