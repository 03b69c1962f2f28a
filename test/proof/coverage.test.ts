/**
 * What of tampering and of silences is noticed, in logs whose seeds come from the commit. `npm test` runs a slice; the whole is
 * behind POSTERN_PROOF=long and prints its tables.
 */

import { describe, expect, it } from 'vitest'
import { isLong, PATIENT } from '../laws/support.js'
import { prove } from './prove.js'

interface Tampering {
  readonly log: string
  readonly tampering: string
  readonly runs: number
  readonly found: number
}

function sumOf(
  rows: readonly Tampering[],
): Pick<Tampering, 'runs' | 'found'> & { readonly missed: string[] } {
  return {
    runs: rows.reduce((sum, { runs }) => sum + runs, 0),
    found: rows.reduce((sum, { found }) => sum + found, 0),
    missed: rows
      .filter(({ runs, found }) => found < runs)
      .map(({ log, tampering }) => `${log}: ${tampering}`),
  }
}

describe('tampering', PATIENT, () => {
  /** What cannot be seen without a number that the server counts up; silences are another matter. */
  const UNSEEN = [
    'delete 1 % of lines',
    "delete one client's lines",
    'delete a stretch of 2 %',
    'splice 100 lines of the same time',
  ]
  /** A count of requests misses all but what was put in; one within connections those that are gone as a whole, too. */
  const UNSEEN_BY: Readonly<Record<string, readonly string[]>> = {
    traefik: ['splice 100 lines of the same time'],
    'nginx-connections': [
      "delete one client's lines",
      'delete a stretch of 2 %',
      'splice 100 lines of the same time',
    ],
  }
  /**
   * By chance a stretch may lie where the log is so sparse that its times say nothing, and few lines of a block may be of the
   * sample. A slice has one run of each, and one share for all.
   */
  const LEAST = isLong ? 0.75 : 0.9

  it('is found by what the layout can show, and nothing is found where nobody touched a log', async () => {
    const slice = isLong ? [] : ['seeds=1', 'size=500000']
    const { rows, untouched } = (await prove('tamper', ...slice)) as {
      readonly rows: readonly Tampering[]
      readonly untouched: readonly { readonly log: string; readonly findings: readonly object[] }[]
    }
    const seen = rows.filter(({ log, tampering }) => !(UNSEEN_BY[log] ?? UNSEEN).includes(tampering))
    expect(seen.length).toBeGreaterThanOrEqual(30)
    for (const row of isLong ? seen : [sumOf(seen)])
      expect.soft(row.found / row.runs, JSON.stringify(row)).toBeGreaterThanOrEqual(LEAST)
    expect(untouched.filter(({ findings }) => findings.length > 0)).toEqual([])
  })
})

interface SilenceRow {
  readonly name: string
  readonly trials: number
  readonly found: number
  readonly foundHalf: number
  readonly untouchedGaps: number
}

describe('silences', PATIENT, () => {
  /** Of so few trials as a slice has, chance may take one or two more. */
  const [LEAST, HALF_MOST] = isLong ? [0.95, 0.5] : [0.8, 0.75]
  const SCENARIOS = ['one server, 3 days', 'hackers, real'].concat(
    isLong ? ['one of three servers, 30 days, 0.5/s', 'elastic, real', 'playground, real'] : [],
  )

  it('of the stated smallest loss are found, those of half of it are mostly not, and an untouched log has none', async () => {
    const rows = (await prove(
      'silences',
      `seeds=${isLong ? 100 : 12}`,
      `scenario=${SCENARIOS.join(',,')}`,
    )) as SilenceRow[]
    expect(rows.length).toBeGreaterThan(0)
    for (const row of rows) {
      expect.soft(row.found / row.trials, JSON.stringify(row)).toBeGreaterThanOrEqual(LEAST)
      expect.soft(row.foundHalf / row.trials, JSON.stringify(row)).toBeLessThanOrEqual(HALF_MOST)
      expect.soft(row.untouchedGaps, JSON.stringify(row)).toBe(0)
    }
  })
})
