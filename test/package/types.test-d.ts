import {
  type BuiltInFinding,
  type ClosedEntryPointMeasures,
  type Detector,
  type Finding,
  type IndicatorSeenMeasures,
  investigate,
  isPosternError,
  type PlacedRecord,
  type RecordBatch,
  readBatches,
  readRecords,
  readSessions,
  type Session,
} from 'postern'
import {
  type SimulateOptions,
  type Simulation,
  simulate,
  simulateChunks,
  simulateInMemory,
  type Truth,
} from 'postern/simulate'
import { expectTypeOf, it } from 'vitest'

declare const own: {
  readonly id: 'own-kind'
  readonly title: string
  readonly reference: string
  readonly thresholds: []
  idle(): null
  create: Detector['create']
}

it('a finding narrows by its kind', async () => {
  for await (const finding of investigate({ evidence: ['access.log'] }).findings) {
    expectTypeOf(finding).toEqualTypeOf<BuiltInFinding>()
    if (finding.kind === 'closed-entry-point') {
      expectTypeOf(finding.measures).toEqualTypeOf<ClosedEntryPointMeasures>()
      expectTypeOf(finding.measures.served).toBeNumber()
    } else if (finding.kind === 'indicator-seen') {
      expectTypeOf(finding.kind).toEqualTypeOf<'indicator-seen'>()
      expectTypeOf(finding.measures).toEqualTypeOf<IndicatorSeenMeasures>()
      // @ts-expect-error: an indicator has no spellings
      finding.measures.spellings
    }
    // @ts-expect-error: no detector has this id
    finding.kind === 'closed-entrypoint'
    // @ts-expect-error: findings are not to be changed
    finding.severity = 'low'
  }
})

it('a switch over the kinds is exhaustive', () => {
  const measure = (finding: BuiltInFinding): number => {
    switch (finding.kind) {
      case 'closed-entry-point':
        return finding.measures.denied
      case 'indicator-seen':
        return finding.measures.requests
      case 'bulk-export':
        return finding.measures.objects
      case 'credential-attack':
        return finding.measures.failures
      case 'log-gap':
        return finding.measures.seconds
      case 'log-tampering':
        return finding.measures.count
    }
  }
  expectTypeOf(measure).returns.toBeNumber()
})

it('a detector of one’s own widens the union', async () => {
  const run = investigate({ evidence: [], detectors: [own] })
  for await (const finding of run.findings) {
    expectTypeOf(finding.kind).toEqualTypeOf<BuiltInFinding['kind'] | 'own-kind'>()
    if (finding.kind === 'own-kind') expectTypeOf(finding).toEqualTypeOf<Finding<'own-kind'>>()
    if (finding.kind === 'closed-entry-point') expectTypeOf(finding.measures.served).toBeNumber()
  }
  expectTypeOf((await run.report()).findings[0]!.kind).toEqualTypeOf<BuiltInFinding['kind'] | 'own-kind'>()
})

it('options are checked', () => {
  // @ts-expect-error: evidence is needed
  investigate({})
  // @ts-expect-error: an option that does not exist
  investigate({ evidence: [], timezon: 'UTC' })
  // @ts-expect-error: evidence is a list
  investigate({ evidence: 'access.log' })
  investigate({
    evidence: ['-', { name: 'a', bytes: (async function* () {})() }],
    signal: new AbortController().signal,
  })
})

it('the lower steps are typed', () => {
  expectTypeOf(readRecords(['a.log'])).toExtend<AsyncIterable<PlacedRecord>>()
  expectTypeOf(readBatches(['a.log'])).toExtend<AsyncIterable<RecordBatch>>()
  expectTypeOf(readSessions(['a.log'])).toExtend<AsyncIterable<Session>>()
})

it('the simulator is typed', () => {
  expectTypeOf(simulate).returns.toEqualTypeOf<Promise<Simulation>>()
  expectTypeOf(simulateInMemory({ stories: ['guessing'] }).truth).toEqualTypeOf<Truth>()
  expectTypeOf<Truth['incidents'][number]['firstAttempt']>().toEqualTypeOf<string | null>()
  expectTypeOf<SimulateOptions['login']>().toEqualTypeOf<'form' | 'api' | 'wordpress' | 'basic' | undefined>()
  for (const { name, bytes } of simulateChunks({ seed: 7 })) {
    expectTypeOf(name).toBeString()
    expectTypeOf(bytes).toEqualTypeOf<Uint8Array>()
  }
  // @ts-expect-error: a folder is needed
  simulate({ stories: ['guessing'] })
  // @ts-expect-error: no server writes so
  simulateInMemory({ producer: 'iis' })
})

it('an error is told apart with its code', () => {
  const error: unknown = null
  if (isPosternError(error)) expectTypeOf(error.code).toExtend<string>()
})
