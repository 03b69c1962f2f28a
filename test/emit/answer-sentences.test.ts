import { describe, expect, it } from 'vitest'
import type { Attempts, ClosureAnswer } from '../../src/closure/contract.js'
import type { Report } from '../../src/conclude/contract.js'
import type { CoverageInterval, LogCoverage } from '../../src/coverage/contract.js'
import { answerSentences } from '../../src/emit/answer-sentences.js'
import { logNames } from '../../src/emit/log-names.js'
import type { EvidenceReference } from '../../src/findings/contract.js'
import { emptyAnswers, emptyReport, gatewayLog } from './samples.js'

const nothing = emptyAnswers.unauthorizedAccess

const ATTEMPTS: Attempts = {
  requests: 212,
  served: 0,
  accepted: 0,
  denied: 212,
  unclear: 0,
  softDenied: 0,
  inFlight: 0,
  bytes: 0,
  principals: 9,
  principalsExact: true,
  first: '2021-08-14T12:10:00.000Z',
  last: '2021-08-15T01:00:00.000Z',
  spellings: [],
  spellingCount: 0,
  hosts: [],
  hostCount: 0,
}

function closing(change: Partial<ClosureAnswer<EvidenceReference>>): ClosureAnswer<EvidenceReference> {
  return {
    ...nothing,
    verdict: 'held',
    entryPoint: 'test-export',
    rule: '/test/export',
    period: { from: '2021-08-14T12:00:00.000Z', to: null, uncertaintyMs: 0 },
    before: ATTEMPTS,
    after: ATTEMPTS,
    measured: { lastServed: null, firstDenied: null, verdict: 'not-measurable', differenceMs: null },
    aliases: [],
    aliasCount: 0,
    carryOver: { usersBefore: 0, tokens: 0, sessions: 0, served: 0, bytes: 0, last: null, evidence: [] },
    successors: [],
    successorCount: 0,
    egress: [],
    egressCount: 0,
    remarks: [],
    ...change,
  }
}

function log(
  log: string,
  source: string,
  intervals: CoverageInterval<EvidenceReference>[],
): LogCoverage<EvidenceReference> {
  return {
    log,
    sources: [source],
    from: null,
    to: null,
    records: 1,
    medianPerMinute: 1,
    intervals,
    lost: { least: 0, most: 0 },
    remarks: [],
    smallestLoss: null,
    notTested: [],
  }
}

const ledger = ['web-1/access.log', 'web-2/access.log', 'logs.zip!/edge.log'].map((name, at) => ({
  ...gatewayLog,
  ordinal: `S${at + 1}`,
  names: [`/evidence/${name}`],
}))

const gap: CoverageInterval<EvidenceReference> = {
  from: '2021-08-14T13:05:00.000Z',
  to: '2021-08-14T13:42:00.000Z',
  state: 'missing',
  lost: { least: 310, most: 402 },
  basis: [{ code: 'own-rhythm', text: 'it was silent for 37 min' }],
  evidence: [],
}

function told(answers: Partial<Report['answers']>): string[] {
  return answerSentences({ ...emptyReport, ledger, answers: { ...emptyAnswers, ...answers } }).map(
    ({ text }) => text,
  )
}

describe('answers in sentences', () => {
  it('say that a door held, by how many attempts', () => {
    expect(told({ closure: [closing({})] })).toContain(
      'The door /test/export held from 2021-08-14 12:00Z: 212 attempts by 9 principals, none served.',
    )
  })

  it('say that it did not, how often and until when', () => {
    const after = { ...ATTEMPTS, served: 1, denied: 211, last: '2021-08-15T01:00:05.250Z' }
    expect(told({ closure: [closing({ verdict: 'violated', after })] })).toContain(
      'The door /test/export did not hold: declared closed from 2021-08-14 12:00Z, 1 request of 212 attempts by 9 principals was answered after that, the last at 2021-08-15 01:00:05Z.',
    )
  })

  it('never call silence a proof', () => {
    const [, text] = told({ closure: [closing({ verdict: 'not-exercised' })] })
    expect(text).toBe(
      'Nobody tried the door /test/export after it was closed at 2021-08-14 12:00Z: the logs cannot confirm that it was.',
    )
  })

  it('name another way that was still served, whatever the verdict', () => {
    const alias = { kind: 'version', route: 'GET /v2/test/export', requests: 3, served: 3 } as const
    const aliases = [{ ...alias, principals: 1, first: null, last: null, evidence: [] }]
    const [, sentence] = answerSentences({
      ...emptyReport,
      answers: { ...emptyAnswers, closure: [closing({ aliases, aliasCount: 1 })] },
    })
    expect(sentence).toMatchObject({ tone: 'high' })
    expect(sentence!.text).toMatch(
      /none served\. Another way to it was still served: GET \/v2\/test\/export\.$/,
    )
  })

  it('say where no log is, by the name that tells the logs apart', () => {
    const coverage = [log('L1', 'S1', []), log('L2', 'S2', [gap]), log('L3', 'S3', [])]
    expect(told({ coverage })).toContain(
      'No log of web-2/access.log between 2021-08-14 13:05 and 13:42Z, 310 to 402 records lost: it was silent for 37 min.',
    )
  })

  it('tell the five longest gaps, and how many more there are', () => {
    const intervals = Array.from({ length: 8 }, (_, at) => ({
      ...gap,
      from: `2021-08-14T0${at}:00:00.000Z`,
      to: `2021-08-14T0${at}:${10 + at}:00.000Z`,
    }))
    const sentences = told({ coverage: [log('L1', 'S1', intervals)] })
    expect(sentences.filter((text) => text.startsWith('No log of'))).toHaveLength(5)
    expect(sentences.at(-1)).toBe('3 more gaps in the logs: see coverage.')
  })

  it('say from when to when, and on which side it may have been longer', () => {
    const dateRange = {
      ...emptyAnswers.dateRange,
      verdict: 'at-least' as const,
      basis: [{ code: 'log-begins-too-late', text: 'the logs begin at 2021-08-14 11:00Z' }],
      first: '2021-08-14T11:30:00.000Z',
      last: '2021-08-15T01:00:00.000Z',
      earliest: null,
      latest: '2021-08-15T01:00:00.000Z',
    }
    expect(told({ dateRange })).toContain(
      'It is seen from 2021-08-14 11:30Z to 2021-08-15 01:00Z. It may have begun earlier: the logs begin at 2021-08-14 11:00Z.',
    )
  })
})

describe('names of logs', () => {
  it('are as much of the path as tells them apart', () => {
    const coverage = [log('L1', 'S1', []), log('L2', 'S2', []), log('L3', 'S3', [])]
    const names = logNames({ ledger, answers: { ...emptyAnswers, coverage } })
    expect(Object.fromEntries(names)).toEqual({
      L1: 'web-1/access.log',
      L2: 'web-2/access.log',
      L3: 'edge.log',
      S1: 'web-1/access.log',
      S2: 'web-2/access.log',
      S3: 'edge.log',
    })
  })
})
