import { expect, it } from 'vitest'
import type { CoverageState, LogCoverage } from '../../src/coverage/contract.js'
import { withCoverageDoubts } from '../../src/coverage/doubt.js'
import type { Citation } from '../../src/observe/citations.js'
import type { Signal } from '../../src/observe/contract.js'

const START = Date.parse('2021-08-14T12:00:00Z')
const MINUTE = 60_000

function log(source: string, state: CoverageState, minutes: number): LogCoverage<unknown> {
  const [from, to] = [START, START + minutes * MINUTE].map((time) => new Date(time).toISOString())
  const interval = { from: from!, to: to!, state, lost: { least: 0, most: null }, basis: [], evidence: [] }
  return { sources: [source], intervals: [interval] } as unknown as LogCoverage<unknown>
}

/** A signal of 100 minutes that cites a line of the first source. */
const SIGNAL = {
  start: START,
  end: START + 100 * MINUTE - 1,
  citations: [{ source: 0 } as Citation],
  reasons: ['zone-assumed'],
} as unknown as Signal

it.each([
  ['a tenth of its time missing', log('S1', 'missing', 10), true],
  ['a tenth of its time degraded', log('S1', 'degraded', 10), true],
  ['less than a tenth', log('S1', 'missing', 9), false],
  ['all of its time too sparse to tell', log('S1', 'unknown', 100), false],
  ['another log missing', log('S2', 'missing', 100), false],
])('a finding with %s', (_, coverage, isDoubted) => {
  const [signal] = withCoverageDoubts([SIGNAL], [coverage])
  expect(signal!.reasons).toEqual(isDoubted ? ['zone-assumed', 'coverage-degraded'] : ['zone-assumed'])
})

it('a finding of one instant within a gap', () => {
  const instant = { ...SIGNAL, start: START + MINUTE, end: START + MINUTE }
  expect(withCoverageDoubts([instant], [log('S1', 'missing', 2)])[0]!.reasons).toContain('coverage-degraded')
})
