import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeFindings } from '../../src/findings/make-findings.js'
import { SEVERITY_TABLE, severityOf } from '../../src/findings/severity.js'
import {
  type Citation,
  CONFIDENCE_REASONS,
  type Finding,
  type InvestigateOptions,
  investigate,
  SEVERITIES,
  type Severity,
  type Signal,
} from '../../src/index.js'
import { type ClosedFinding, closedFindings, combinedLine, reportOn, streamOf } from '../detect/access-log.js'

const START = Date.parse('2021-08-14T12:30:00Z')

function signal(changes: Partial<Signal> = {}): Signal {
  return {
    kind: 'closed-entry-point',
    subject: {
      type: 'client',
      id: '203.0.113.9#07d1d539',
      clients: ['203.0.113.9'],
      clientCount: 1,
      users: [],
      userCount: 0,
      userAgents: ['curl/8.5.0'],
      userAgentCount: 1,
    },
    scope: { type: 'entry-point', id: 'export' },
    start: START,
    end: START + 1000,
    grade: 'served',
    outcome: 'succeeded',
    summary: '1 request',
    measures: { requests: 1 },
    citations: [],
    evidenceCount: 1,
    reasons: [],
    alternatives: [],
    techniques: ['T1190'],
    ...changes,
  }
}

const INPUT = {
  sourceId: (source: number) => `source${source}`,
  titleOf: (kind: string) => `title of ${kind}`,
  severitiesOf: () => undefined,
  showSecrets: false,
  proxyLike: new Set<string>(),
}

function findingOf(changes: Partial<Signal> = {}, input: Partial<typeof INPUT> = {}): Finding {
  return makeFindings([signal(changes)], { ...INPUT, ...input })[0]!.finding
}

describe('the id of a finding', () => {
  it('is the head of a hash over kind, subject, scope and start, in this order', () => {
    const canonical =
      '["closed-entry-point","client","203.0.113.9#07d1d539",["entry-point","export"],"2021-08-14T12:30:00.000Z"]'
    const expected = createHash('sha256').update(canonical).digest('hex').slice(0, 16)
    expect(findingOf().id).toBe(expected)
  })

  it.each<[string, Partial<Signal>]>([
    ['grade and outcome', { grade: 'denied', outcome: 'attempted' }],
    ['the end', { end: START + 99_000 }],
    ['counts', { evidenceCount: 99, measures: { requests: 99 } }],
    ['words', { summary: 'other', alternatives: ['x'], techniques: [] }],
    ['confidence', { reasons: ['zone-assumed'] }],
    ['who else was there', { subject: { ...signal().subject, clients: [], users: ['alice'], userCount: 1 } }],
    ['cited lines', { citations: [citation('a line')] }],
  ])('does not change with %s', (_what, changes) => {
    expect(findingOf(changes).id).toBe(findingOf().id)
  })

  it('does not change with titles, names of sources, a proxy or secrets shown', () => {
    const changed = findingOf(
      {},
      {
        titleOf: () => 'x',
        sourceId: () => 'y',
        showSecrets: true,
        proxyLike: new Set(['203.0.113.9']),
      },
    )
    expect(changed.id).toBe(findingOf().id)
  })

  it.each<[string, Partial<Signal>]>([
    ['the kind', { kind: 'indicator-seen' }],
    ['the subject', { subject: { ...signal().subject, id: '203.0.113.9#00000000' } }],
    ['the subject’s type', { subject: { ...signal().subject, type: 'user' } }],
    ['the scope', { scope: { type: 'entry-point', id: 'exports' } }],
    ['the scope’s type', { scope: { type: 'route', id: 'export' } }],
    ['the start', { start: START + 1 }],
  ])('changes with %s', (_what, changes) => {
    expect(findingOf(changes).id).not.toBe(findingOf().id)
  })

  it('is the same over runs with other thresholds, names, places, severity and company', async () => {
    const line = combinedLine({ at: '12:30:00', size: 5000 })
    const closed = (from: string) => ({
      entryPoints: [{ id: 'export', path: '/test/export', closed: [{ from }] }],
    })
    const noon = closed('2021-08-14T12:00:00Z')
    const idIn = async (
      lines: readonly string[],
      caseFile: object,
      options: Partial<InvestigateOptions> = {},
    ) => {
      const evidence = [{ name: 'other.log', bytes: streamOf(lines) }]
      const run = investigate({ format: 'apache-combined', ...options, evidence, case: caseFile })
      const ours = (await run.report()).findings.filter(({ subject }) =>
        subject.clients.includes('203.0.113.9'),
      )
      return ours.map(({ id, severity }) => [id, severity])
    }
    const [first] = await closedFindings([line], noon, { format: 'apache-combined' })
    const { id } = first as ClosedFinding
    const denial = combinedLine({ client: '198.51.100.1', at: '09:00:00', status: 403, size: 5000 })
    expect(first!.severity).toBe('critical')
    expect(await idIn([line], noon)).toEqual([[id, 'critical']])
    expect(await idIn([line], noon, { thresholds: { 'closed-entry-point': { episodeGapMs: 1 } } })).toEqual([
      [id, 'critical'],
    ])
    expect(await idIn([line], closed('2021-08-01T00:00:00Z'))).toEqual([[id, 'critical']])
    expect(await idIn([line], closed('2021-08-14T12:29:30Z'))).toEqual([[id, 'info']])
    expect(await idIn([denial, '', line], noon)).toEqual([[id, 'medium']])
    expect(await idIn([line], noon, { format: 'combined' })).toEqual([[id, 'critical']])
  })
})

describe('findings', () => {
  const signals = fc.array(
    fc.record({
      kind: fc.constantFrom('a', 'b'),
      id: fc.constantFrom('203.0.113.9#1', '203.0.113.9#2', 'alice'),
      type: fc.constantFrom('client' as const, 'user' as const),
      scope: fc.constantFrom('x', 'y'),
      start: fc.integer({ min: 0, max: 3 }).map((n) => START + n),
    }),
    { maxLength: 30 },
  )

  it('stand in order of start, kind, subject and scope, whatever the order of signals', () => {
    fc.assert(
      fc.property(signals, fc.infiniteStream(fc.nat()), (made, keys) => {
        const list = made.map(({ kind, id, type, scope, start }) =>
          signal({
            kind,
            start,
            subject: { ...signal().subject, id, type },
            scope: { type: 'rule', id: scope },
          }),
        )
        const shuffled = list
          .map((each) => [keys.next().value!, each] as const)
          .sort(([a], [b]) => a - b)
          .map(([, each]) => each)
        const findings = makeFindings(list, INPUT).map(({ finding }) => finding)
        expect(makeFindings(shuffled, INPUT).map(({ finding }) => finding)).toEqual(findings)
        const keyOf = ({ start, kind, subject, scope }: Finding) =>
          [start, kind, subject.type, subject.id, scope.id].join('\u0001')
        expect(findings.map(keyOf)).toEqual(findings.map(keyOf).sort())
      }),
    )
  })

  it('keep each its own signal', () => {
    const made = makeFindings([signal({ start: START + 5 }), signal()], INPUT)
    for (const { finding, signal: its } of made) expect(Date.parse(finding.start)).toBe(its.start)
  })
})

// ---- severity

describe('the severity table', () => {
  it('holds known severities only', () => {
    for (const [kind, grades] of Object.entries(SEVERITY_TABLE))
      for (const [grade, severity] of Object.entries(grades))
        expect(SEVERITIES, `${kind} ${grade}`).toContain(severity)
  })

  it('says what the words mean', () => {
    expect(SEVERITY_TABLE['closed-entry-point']).toEqual({
      served: 'critical',
      accepted: 'high',
      unclear: 'medium',
      denied: 'low',
      'in-flight': 'info',
    })
  })

  it('goes before the grades of a detector of the caller’s own; an unknown grade is medium', () => {
    expect(severityOf('closed-entry-point', 'served', { served: 'info' })).toBe('critical')
    expect(severityOf('own', 'odd', { odd: 'high' })).toBe('high')
    expect(severityOf('own', 'unheard-of', { odd: 'high' })).toBe('medium')
    expect(severityOf('own', 'odd', undefined)).toBe('medium')
  })
})

describe('the confidence of a finding', () => {
  it('is high without a reason against it', () => {
    expect(findingOf()).toMatchObject({ confidence: 'high', reasons: [] })
  })

  it.each([
    ['client-only-identity', 'medium'],
    ['zone-assumed', 'medium'],
    ['producer-unknown', 'medium'],
    ['may-have-begun-before-closing', 'medium'],
    ['stamp-outlier', 'medium'],
    ['no-baseline', 'low'],
    ['looks-like-proxy', 'low'],
    ['coverage-degraded', 'low'],
    ['late-records', 'low'],
    ['ambiguous-line', 'low'],
  ])('with %s is %s', (reason, confidence) => {
    expect(findingOf({ reasons: [reason] })).toMatchObject({ confidence, reasons: [reason] })
    expect(Object.keys(CONFIDENCE_REASONS)).toHaveLength(10)
  })

  it('is the worse of two, and lists each reason once, in order', () => {
    const reasons = ['zone-assumed', 'late-records', 'client-only-identity', 'zone-assumed']
    expect(findingOf({ reasons })).toMatchObject({
      confidence: 'low',
      reasons: ['client-only-identity', 'late-records', 'zone-assumed'],
    })
  })
})

// ---- proxies

describe('a client that looks like a proxy', () => {
  const grades: readonly [string, Severity, Severity][] = [
    ['served', 'critical', 'low'],
    ['accepted', 'high', 'low'],
    ['unclear', 'medium', 'low'],
    ['denied', 'low', 'low'],
    ['in-flight', 'info', 'info'],
  ]
  const proxyLike = new Set(['203.0.113.9', '2001:db8::/64'])

  it.each(grades)('caps %s (%s) at %s, and says why', (grade, alone, capped) => {
    expect(findingOf({ grade })).toMatchObject({ severity: alone, confidence: 'high' })
    expect(findingOf({ grade }, { proxyLike })).toMatchObject({
      severity: capped,
      confidence: 'low',
      reasons: ['looks-like-proxy'],
    })
  })

  it.each<[Partial<Signal['subject']>, Severity]>([
    [{ id: '203.0.113.9#-' }, 'low'],
    [{ id: '2001:db8::/64#07d1d539' }, 'low'],
    [{ id: '203.0.113.90#07d1d539' }, 'critical'],
    [{ type: 'user', id: '203.0.113.9#07d1d539' }, 'critical'],
    [{ type: 'token', id: 'token#1' }, 'critical'],
  ])('is the address of a client subject: %j is %s', (subject, severity) => {
    expect(findingOf({ subject: { ...signal().subject, ...subject } }, { proxyLike }).severity).toBe(severity)
  })

  it.each<[number, number, Severity]>([
    // agents are counted from a lead of a few records on, so the number is a lower bound
    [25, 10, 'low'],
    [20, 10, 'critical'],
    [25, 26, 'critical'],
  ])(
    'has over twenty agents and over half of all records: %d agents beside %d others: %s',
    async (agents, others, severity) => {
      const lines = [
        ...Array.from({ length: agents }, (_, i) =>
          combinedLine({ at: `13:00:${10 + i}`, agent: `Agent/${i}`, target: '/' }),
        ),
        ...Array.from({ length: others }, (_, i) =>
          combinedLine({ at: `13:01:${10 + i}`, client: `198.51.100.${i}`, target: '/' }),
        ),
      ]
      // one of the client's requests is the one at the closed entry point
      lines[0] = combinedLine({ at: '13:00:10', agent: 'Agent/0' })
      const caseFile = {
        entryPoints: [{ id: 'export', path: '/test/export', closed: [{ from: '2021-08-14T12:00:00Z' }] }],
      }
      const { findings, reading } = await reportOn(lines, caseFile, { format: 'apache-combined' })
      expect(findings.map((each) => each.severity)).toEqual([severity])
      expect(reading.proxyLike).toEqual(severity === 'low' ? ['203.0.113.9'] : [])
    },
  )
})

// ---- secrets

function citation(text: string, changes: Partial<Citation> = {}): Citation {
  return {
    source: 0,
    line: 1,
    offset: 0,
    length: text.length,
    time: START,
    size: 0,
    sha256: 'f'.repeat(64),
    bytes: new TextEncoder().encode(text),
    outcome: 1,
    status: 200,
    ...changes,
  }
}

describe('secrets in what is quoted', () => {
  const secret = 'hunter2hunter2'
  const changes: Partial<Signal> = {
    citations: [
      citation(`203.0.113.9 "GET /a?access_token=${secret}&x=1 HTTP/1.1" "https://a/?password=${secret}"`),
    ],
    subject: { ...signal().subject, userAgents: [`agent/1 session=${secret}`] },
    measures: {
      spellings: [`/a;session=${secret}`],
      target: `/a?password=${secret}`,
      nested: { targets: [{ target: `/a?token=${secret}` }], count: 3 },
      count: 7,
      nothing: null,
    },
  }

  it('are masked wherever log text stands', () => {
    const finding = findingOf(changes)
    expect(JSON.stringify(finding)).not.toContain(secret)
    expect(finding.evidence[0]!.text).toBe(
      '203.0.113.9 "GET /a?access_token=***&x=1 HTTP/1.1" "https://a/?password=***"',
    )
    expect(finding.subject.userAgents).toEqual(['agent/1 session=***'])
    expect(finding.measures).toEqual({
      spellings: ['/a;session=***'],
      target: '/a?password=***',
      nested: { targets: [{ target: '/a?token=***' }], count: 3 },
      count: 7,
      nothing: null,
    })
  })

  it('are shown when the run is told to', () => {
    const finding = findingOf(changes, { showSecrets: true })
    expect(finding.evidence[0]!.text).toContain(`access_token=${secret}&x=1`)
    expect(finding.subject.userAgents).toEqual([`agent/1 session=${secret}`])
    expect(finding.measures).toEqual(changes.measures)
  })

  it('change neither place nor hash of a cited line', () => {
    const [masked, shown] = [findingOf(changes), findingOf(changes, { showSecrets: true })]
    expect({ ...masked.evidence[0], text: '' }).toEqual({ ...shown.evidence[0], text: '' })
    expect(masked.evidence[0]).toMatchObject({
      source: 'source0',
      line: 1,
      offset: 0,
      sha256: 'f'.repeat(64),
    })
  })

  it('are masked in a whole report, too', async () => {
    const target = `/test/export;session=${secret}?access_token=${secret}`
    const lines = [combinedLine({ target, referrer: `https://a.example/?password=${secret}` })]
    const caseFile = {
      entryPoints: [{ id: 'export', path: '/test/export', closed: [{ from: '2021-08-14T12:00:00Z' }] }],
      indicators: ['curl'],
    }
    const report = await reportOn(lines, caseFile)
    expect(report.findings.map(({ kind }) => kind)).toEqual(['closed-entry-point', 'indicator-seen'])
    expect(JSON.stringify(report)).not.toContain(secret)
    const shown = await reportOn(lines, caseFile, { showSecrets: true })
    expect(JSON.stringify(shown.findings)).toContain(secret)
    expect(shown.findings.map(({ id }) => id)).toEqual(report.findings.map(({ id }) => id))
  })

  it('are masked in a line before it is cut to 500 characters', () => {
    const line = `GET /${'a'.repeat(480)}?token=${secret}&${'b'.repeat(600)}`
    const { text } = findingOf({ citations: [citation(line)] }).evidence[0]!
    expect(text).toContain('?token=***')
    expect(text.length).toBeLessThanOrEqual(500)
  })
})
