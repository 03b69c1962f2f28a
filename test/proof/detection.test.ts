/**
 * The detectors on trial, on simulated incidents whose seeds come from the commit. `npm test` runs a slice; the whole is
 * behind POSTERN_PROOF=long and prints its tables.
 */

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isLong, PATIENT } from '../laws/support.js'
import { prove } from './prove.js'

const REAL = '../shared/corpus/real'

interface Row {
  readonly attack: string
  readonly strength: number
  readonly incident?: string
  readonly runs: number
  readonly found: number
  readonly actorRight: number
  readonly timesRight: number
  readonly missed: readonly object[]
  readonly others?: readonly object[]
}

/** Share of the runs; a slice has a dozen of them, of which a chance one may miss. */
const LEAST = isLong ? 0.95 : 0.8
/** From this multiple of the floor on, an attack must be found. */
const MUST_BE_FOUND = 2

/** The patterns of one attack together: seeds draw the pattern, so that one may have few runs; a slice has one sum for all. */
function joined(rows: readonly Row[]): Row[] {
  const byAttack = new Map<string, Row>()
  for (const row of rows) {
    const key = isLong ? `${row.attack} ${row.strength} ${row.incident!.split('/')[0]}` : 'all'
    const known = byAttack.get(key)
    byAttack.set(key, known === undefined ? row : sumOf(known, row))
  }
  return [...byAttack.values()]
}

function sumOf(a: Row, b: Row): Row {
  return {
    ...a,
    incident: `${a.incident}, ${b.incident}`,
    runs: a.runs + b.runs,
    found: a.found + b.found,
    actorRight: a.actorRight + b.actorRight,
    timesRight: a.timesRight + b.timesRight,
    missed: [...a.missed, ...b.missed],
  }
}

function expectFound(rows: readonly Row[]): void {
  const strong = joined(
    rows.filter(({ incident, strength }) => incident !== undefined && strength >= MUST_BE_FOUND),
  )
  expect(strong.length).toBeGreaterThan(0)
  for (const row of strong) {
    expect.soft(row.found / row.runs, JSON.stringify(row)).toBeGreaterThanOrEqual(LEAST)
    expect.soft(row.actorRight / row.runs, JSON.stringify(row)).toBeGreaterThanOrEqual(LEAST)
    expect.soft(row.timesRight / row.runs, JSON.stringify(row)).toBeGreaterThanOrEqual(LEAST)
  }
}

describe('an attack of twice its floor', PATIENT, () => {
  it('is found in simulated traffic, with its actor and its times', async () => {
    const slice = isLong ? [] : ['seeds=2', 'strengths=2']
    const { rows } = (await prove('strength', ...slice)) as { rows: readonly Row[] }
    expectFound(rows)
    expect(rows.filter(({ others }) => others !== undefined)).toEqual([])
  })

  const logs = existsSync(REAL) ? readdirSync(REAL).filter((name) => name.includes('log')) : []
  it.runIf(isLong && logs.length > 0).each(logs)('is found beside %s', async (log) => {
    const { rows } = (await prove('strength', `into=${join(REAL, log)}`)) as { rows: readonly Row[] }
    expectFound(rows)
  })
})

describe('benign days full of look-alikes', PATIENT, () => {
  it('have no finding above low, and an attack among them stands out', async () => {
    const slice = isLong ? [] : ['seeds=1', 'attacks=guessing']
    const { quiet, mixed } = (await prove('benign', ...slice)) as {
      quiet: readonly { readonly seed: number; readonly loud: readonly object[] }[]
      mixed: readonly { readonly ok: boolean }[]
    }
    expect(quiet.filter(({ loud }) => loud.length > 0)).toEqual([])
    expect(mixed.filter(({ ok }) => !ok)).toEqual([])
  })
})
