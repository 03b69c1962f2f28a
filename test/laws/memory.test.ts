/** Memory has a ceiling, and what the ceiling costs is said: totals stay exact, kept and folded are all. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { Report } from '../../src/index.js'
import { isLong, PATIENT } from './support.js'

interface Outcome {
  readonly wrote: { readonly records: number; readonly bytes: number; readonly denied: number }
  readonly summary: Report['summary']
  readonly findings: number
  readonly bounds: Report['reading']['bounds']
  readonly peakMb: number
}

/** What `memoryMb` does not cover: the engine, the code, buffers in flight. */
const BESIDE_MB = 128

async function investigateMany(clients: number, memoryMb: number): Promise<Outcome> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    'test/laws/many-clients.mjs',
    String(clients),
    String(memoryMb),
  ])
  const outcome = JSON.parse(stdout) as Outcome
  if (isLong) process.stdout.write(`\n${clients} clients, ${memoryMb} MB: ${JSON.stringify(outcome)}\n`)
  return outcome
}

function expectExact({ wrote, summary }: Outcome): void {
  expect(summary.records).toBe(wrote.records)
  expect(summary.bytesSent).toBe(wrote.bytes)
  expect(summary.outcomes.denied).toBe(wrote.denied)
}

describe('a log of many clients with three routes each', PATIENT, () => {
  const [few, many] = isLong ? [1_000_000, 10_000_000] : [20_000, 300_000]
  const [roomyMb, tightMb] = isLong ? [384, 384] : [384, 48]

  it('fits: no bound bites, and totals are exact', async () => {
    const outcome = await investigateMany(few, roomyMb)
    expectExact(outcome)
    expect(outcome.bounds).toEqual([])
    expect(outcome.findings).toBe(0)
    expect(outcome.summary.clients).toBe(few)
    expect(outcome.peakMb).toBeLessThan(roomyMb + BESIDE_MB)
  })

  it('runs where it does not fit: bounds bite and are said, totals are exact', async () => {
    const outcome = await investigateMany(many, tightMb)
    expectExact(outcome)
    expect(outcome.bounds.length).toBeGreaterThan(0)
    for (const { name, limit, count, firstAt, effect } of outcome.bounds) {
      expect(name).not.toBe('')
      expect(limit).toBeGreaterThan(0)
      expect(count).toBeGreaterThan(0)
      expect(firstAt).toMatch(/^2021-08-1[345]T/)
      expect(effect).not.toBe('')
    }
    expect(outcome.findings).toBe(0)
    expect(outcome.peakMb).toBeLessThan(tightMb + BESIDE_MB)
  })
})
