import { describe, expect, it } from 'vitest'
import { compareAnswers } from '../../src/conclude/compare.js'
import type { Answers } from '../../src/conclude/contract.js'
import { readAnswers } from '../../src/conclude/previous.js'
import { PosternError } from '../../src/core/errors.js'
import { answersJson } from '../../src/emit/sinks/answers-json/index.js'
import { emptyAnswers, sampleReport } from '../emit/samples.js'
import { emitted, samples } from '../emit/sink-kit.js'

const ACCESS = {
  ...emptyAnswers.unauthorizedAccess,
  verdict: 'attempted' as const,
  numbers: { attempted: 2 },
}
const before: Answers = {
  ...emptyAnswers,
  unauthorizedAccess: ACCESS,
  basis: { ...emptyAnswers.basis, sources: ['aaaa'], entryPoints: { door: 'x' } },
}

function now(change: Partial<Answers>, basis: Partial<Answers['basis']> = {}): Answers {
  return { ...before, ...change, basis: { ...before.basis, ...basis } }
}

const PROVEN = { ...ACCESS, verdict: 'proven' as const, numbers: { attempted: 2, proven: 1 } }
const codes = (answers: Answers) =>
  compareAnswers(before, answers).map(({ question, why }) => [question, why.map(({ code }) => code)])

describe('what moved since earlier answers', () => {
  it('is nothing where nothing did, whatever they were made from', () => {
    expect(compareAnswers(before, before)).toEqual([])
    expect(compareAnswers(before, now({}, { sources: ['aaaa', 'bbbb'] }))).toEqual([])
  })

  it('is explained by evidence, declarations, rules and settings', () => {
    expect(codes(now({ unauthorizedAccess: PROVEN }, { sources: ['aaaa', 'bbbb'] }))).toEqual([
      ['unauthorised access', ['new-evidence']],
    ])
    expect(codes(now({ unauthorizedAccess: PROVEN }, { sources: [] }))).toEqual([
      ['unauthorised access', ['evidence-gone']],
    ])
    expect(codes(now({ unauthorizedAccess: PROVEN }, { entryPoints: { door: 'y', gate: 'z' } }))).toEqual([
      ['unauthorised access', ['declaration-changed', 'new-declaration']],
    ])
    const rules = { postern: '0.2.0', detectors: ['new-one'], settings: { horizonMs: '1' } }
    expect(codes(now({ unauthorizedAccess: PROVEN }, rules))).toEqual([
      ['unauthorised access', ['new-rule', 'new-rule', 'setting-changed']],
    ])
  })

  it('names new evidence alone where an answer cites lines of it', () => {
    const line = { ...sampleReport.findings[0]!.evidence[0]!, source: 'bbbb' }
    const answers = now(
      { unauthorizedAccess: { ...PROVEN, evidence: [line] } },
      { sources: ['aaaa', 'bbbb'], postern: '0.2.0' },
    )
    expect(codes(answers)).toEqual([['unauthorised access', ['new-evidence']]])
  })

  it('takes a declaration called __proto__ for what it is', () => {
    const entryPoints = JSON.parse('{"door":"x","__proto__":"y"}')
    expect(codes(now({ unauthorizedAccess: PROVEN }, { entryPoints }))).toEqual([
      ['unauthorised access', ['new-declaration']],
    ])
  })
})

describe('an answers.json of an earlier run', () => {
  it('is read back as it was written', async () => {
    const text = await emitted(answersJson, samples)
    expect(readAnswers(text, 'answers.json')).toEqual(sampleReport.answers)
    expect(compareAnswers(readAnswers(text, 'answers.json'), sampleReport.answers)).toEqual([])
  })

  it.each([
    ['', 'it is no JSON'],
    ['[]', 'expected'],
    ['{"schema":"postern-answers/2"}', 'at schema'],
    ['{"schema":"postern-answers/1","answers":{}}', 'at answers.unauthorizedAccess'],
  ])('is refused where it is something else: %s', (text, what) => {
    const refused = () => readAnswers(text, 'old.json')
    expect(refused).toThrow(PosternError)
    expect(refused).toThrow(what)
    expect(refused).toThrow(/^old\.json is no answers\.json/)
  })
})
