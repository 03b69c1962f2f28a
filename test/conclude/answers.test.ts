import { describe, expect, it } from 'vitest'
import { answerAccess } from '../../src/conclude/answers/access.js'
import { incidentOf } from '../../src/conclude/answers/incident.js'
import { answerDateRange, answerOngoing } from '../../src/conclude/answers/when.js'
import type { CoverageInterval, LogCoverage } from '../../src/coverage/contract.js'
import { restsOn } from '../../src/coverage/rests-on.js'
import type { Finding } from '../../src/findings/contract.js'
import { closedFinding, emptyReport } from '../emit/samples.js'

function finding(change: Partial<Finding>): Finding {
  // without a time of what was answered, that of the finding counts
  const measures = { ...closedFinding.measures, firstGiven: null, lastGiven: null }
  return { ...closedFinding, measures, ...change }
}

function interval(from: string, to: string, state: CoverageInterval['state']): CoverageInterval<unknown> {
  return { from, to, state, lost: { least: 0, most: null }, basis: [], evidence: [] }
}

function log(name: string, intervals: CoverageInterval<unknown>[]): LogCoverage<unknown> {
  return {
    log: name,
    sources: [name.replace('L', 'S')],
    from: intervals[0]?.from ?? null,
    to: intervals.at(-1)?.to ?? null,
    records: 1000,
    medianPerMinute: 1,
    intervals,
    lost: { least: 0, most: null },
    remarks: [],
    smallestLoss: null,
    notTested: [],
  }
}

const WHOLE = log('L1', [interval('2021-08-01T00:00:00.000Z', '2021-09-01T00:00:00.000Z', 'complete')])
const NO_READING = { reading: emptyReport.reading, restsOn: restsOn([WHOLE], null, null) }

describe('was there unauthorised access', () => {
  const verdictOf = (...findings: Finding[]) =>
    answerAccess({ ...NO_READING, incident: incidentOf(findings) }).verdict

  it.each([
    ['critical', 'succeeded', 'proven'],
    ['high', 'succeeded', 'probable'],
    ['high', 'attempted', 'attempted'],
    ['medium', 'unknown', 'attempted'],
    ['low', 'attempted', 'attempted'],
    // explained, such as a crawler's walk
    ['low', 'succeeded', 'not-found'],
    ['info', 'attempted', 'not-found'],
  ] as const)('a finding that is %s and %s: %s', (severity, outcome, verdict) => {
    expect(verdictOf(finding({ severity, outcome }))).toBe(verdict)
  })

  it('takes the strongest of several', () => {
    const low = finding({ severity: 'low', outcome: 'attempted' })
    expect(verdictOf(low, finding({ severity: 'critical', outcome: 'succeeded' }), low)).toBe('proven')
  })

  it('tells no access by a finding about the log', () => {
    const scope = { type: 'log', id: 'L1' }
    expect(verdictOf(finding({ severity: 'high', outcome: 'succeeded', scope }))).toBe('not-found')
  })

  it.each([
    ['evidence that could not be read', { notRead: [{ name: 'a.xz', reason: 'xz' }] }, [WHOLE]],
    ['an interruption', { interrupted: true }, [WHOLE]],
    [
      'a missing stretch',
      {},
      [log('L1', [interval('2021-08-01T00:00:00.000Z', '2021-08-02T00:00:00.000Z', 'missing')])],
    ],
  ])('is undecidable with %s, where nothing was found', (_, reading, logs) => {
    const input = {
      incident: incidentOf([]),
      reading: { ...emptyReport.reading, ...reading },
      restsOn: restsOn(logs, null, null),
    }
    expect(answerAccess(input).verdict).toBe('undecidable')
    const found = incidentOf([finding({ severity: 'critical', outcome: 'succeeded' })])
    expect(answerAccess({ ...input, incident: found }).verdict).toBe('proven')
  })

  it('cites each line once, ten at most', () => {
    const { evidence, findings } = answerAccess({
      ...NO_READING,
      incident: incidentOf(Array.from({ length: 60 }, (_, i) => finding({ id: `${i}` }))),
    })
    expect(findings).toHaveLength(50)
    expect(new Set(evidence.map(({ offset }) => offset)).size).toBe(evidence.length)
    expect(evidence.length).toBeLessThanOrEqual(10)
  })
})

/** One access from the 10th to the 12th at noon. */
const ACCESS = incidentOf([
  finding({
    severity: 'critical',
    outcome: 'succeeded',
    start: '2021-08-10T12:00:00.000Z',
    end: '2021-08-12T12:00:00.000Z',
  }),
])

function when(
  logs: LogCoverage<unknown>[],
  first = '2021-08-01T00:00:00.000Z',
  last = '2021-08-31T00:00:00.000Z',
) {
  return { incident: ACCESS, logs, first, last }
}

describe('from when to when', () => {
  it('is bounded by whole logs on both sides', () => {
    expect(answerDateRange(when([WHOLE]))).toMatchObject({
      verdict: 'bounded',
      first: '2021-08-10T12:00:00.000Z',
      last: '2021-08-12T12:00:00.000Z',
      earliest: '2021-08-10T12:00:00.000Z',
      latest: '2021-08-12T12:00:00.000Z',
    })
  })

  it('may have begun in a hole just before, and gone on in one just behind', () => {
    const holes = log('L1', [
      interval('2021-08-10T09:00:00.000Z', '2021-08-10T11:00:00.000Z', 'missing'),
      interval('2021-08-12T13:00:00.000Z', '2021-08-12T14:00:00.000Z', 'degraded'),
    ])
    expect(answerDateRange(when([WHOLE, holes]))).toMatchObject({
      verdict: 'at-least',
      earliest: '2021-08-10T09:00:00.000Z',
      latest: '2021-08-12T14:00:00.000Z',
    })
  })

  it('does not care for holes days away, nor for what is too sparse to tell', () => {
    const away = log('L1', [
      interval('2021-08-02T00:00:00.000Z', '2021-08-09T12:00:00.000Z', 'missing'),
      interval('2021-08-12T13:00:00.000Z', '2021-08-20T00:00:00.000Z', 'unknown'),
    ])
    expect(answerDateRange(when([away])).verdict).toBe('bounded')
  })

  it('has no bound where the logs begin or end within a day of it', () => {
    const range = answerDateRange(when([WHOLE], '2021-08-10T11:00:00.000Z', '2021-08-12T12:30:00.000Z'))
    expect(range).toMatchObject({ verdict: 'at-least', earliest: null, latest: null })
    expect(range.basis.map(({ code }) => code)).toEqual(['log-begins-too-late', 'log-ends-too-soon'])
  })

  it('is none where nothing succeeded', () => {
    const answer = answerDateRange({ ...when([WHOLE]), incident: incidentOf([]) })
    expect(answer).toMatchObject({ verdict: 'none', first: null, last: null })
  })
})

describe('does it go on', () => {
  const at = (last: string, logs = [WHOLE]) => answerOngoing(when(logs, undefined, last)).verdict

  it.each([
    ['2021-08-12T12:59:59.000Z', 'continues'],
    ['2021-08-12T13:00:00.000Z', 'unknown'],
    ['2021-08-13T11:59:59.000Z', 'unknown'],
    ['2021-08-13T12:00:00.000Z', 'ended'],
  ])('logs that end at %s: %s', (last, verdict) => {
    expect(at(last)).toBe(verdict)
  })

  it('cannot be known with a hole after the last request', () => {
    const hole = log('L1', [interval('2021-08-20T00:00:00.000Z', '2021-08-21T00:00:00.000Z', 'missing')])
    expect(at('2021-08-31T00:00:00.000Z', [hole])).toBe('unknown')
  })

  it('is not asked where nothing succeeded', () => {
    expect(answerOngoing({ ...when([WHOLE]), incident: incidentOf([]) }).verdict).toBe('none')
  })
})
