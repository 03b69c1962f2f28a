import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBatch } from '../../../src/columns/batch.js'
import { RecordSample } from '../../../src/coverage/integrity/record-sample.js'
import { investigate } from '../../../src/index.js'
import type { Citation } from '../../../src/observe/citations.js'
import { Dice, gzipMembers, inFolder, stream, textOf, writeSources } from '../../laws/support.js'
import { counted, lineOf, START, traffic } from './traced.js'

const LINES = counted(traffic(600))
const DAMAGED = textOf([
  ...LINES.slice(0, 200),
  ...LINES.slice(220, 300),
  ...LINES.slice(100, 180),
  ...LINES.slice(300, 400).map((line) => `${line}\r`),
  ...Array.from({ length: 12 }, (_, k) => `panic ${k}`),
  ...LINES.slice(400),
]).fill(0, 30_000, 31_000)
const SOURCES = {
  'access.log.1': DAMAGED.subarray(0, DAMAGED.length - 40),
  'access.log': textOf(counted(traffic(300, 10_000, START + 86_400_000), 601)),
}

async function coverageOf(evidence: Parameters<typeof investigate>[0]['evidence']) {
  const { answers, findings } = await investigate({ evidence }).report()
  return JSON.stringify([answers.coverage, findings.filter(({ kind }) => kind.startsWith('log-'))])
}

describe('the integrity of damaged logs', () => {
  it('is the same however the evidence comes', async () => {
    const ways = (chunk: number) => Object.entries(SOURCES).map(([name, bytes]) => stream(name, bytes, chunk))
    const plain = await coverageOf(ways(1 << 20))
    for (const code of ['nul-bytes', 'mixed-line-ends', 'repeated-block', 'damaged-lines', 'cut-off-line'])
      expect(plain).toContain(code)
    expect(await coverageOf(ways(7).reverse())).toBe(plain)
    const packed = Object.entries(SOURCES).map(([name, bytes]) => stream(name, gzipMembers(bytes, 3), 1000))
    expect(await coverageOf(packed)).toBe(plain)
    await inFolder(async (folder) => {
      const files = writeSources(folder, SOURCES)
      expect(await coverageOf(files)).toBe(plain)
      expect(await coverageOf(files.toReversed())).toBe(plain)
    })
  })

  it('states findings that have ids of their own, whatever is wrong', async () => {
    const { findings } = await investigate({
      evidence: Object.entries(SOURCES).map(([name, bytes]) => stream(name, bytes, 4096)),
    }).report()
    expect(new Set(findings.map(({ id }) => id)).size).toBe(findings.length)
  })

  it('is whole where nobody touched a log, for any traffic in order', async () => {
    const arbitrary = fc.array(fc.record({ step: fc.nat(120_000), k: fc.nat(30) }), {
      minLength: 1,
      maxLength: 200,
    })
    await fc.assert(
      fc.asyncProperty(arbitrary, async (requests) => {
        let time = START
        const lines = requests.map(({ step, k }) => {
          time += step
          return lineOf(k, time)
        })
        const { answers, findings } = await investigate({
          evidence: [stream('access.log', textOf(lines), 4096)],
        }).report()
        expect(findings.filter(({ kind }) => kind === 'log-tampering')).toEqual([])
        expect(answers.coverage.flatMap(({ remarks }) => remarks)).toEqual([])
      }),
      { numRuns: 30 },
    )
  })
})

describe('the sample of records', () => {
  it('is bounded whatever the log holds, and no chance is a copy', () => {
    const rows = 4096
    const batch = createBatch(rows, [])
    batch.rowCount = rows
    const dice = new Dice(5)
    const sample = new RecordSample(() => ({}) as Citation)
    for (let block = 0; block < 50; block++) {
      for (let row = 0; row < rows; row++) {
        batch.time[row] = START + 1000 * (block * rows + row)
        batch.clientKey[2 * row] = dice.roll(2 ** 31)
        batch.pathKey[2 * row] = dice.roll(50)
        batch.placeLength[row] = 100 + dice.roll(100)
        batch.lineNumber[row] = block * rows + row + 1
      }
      sample.visit(batch)
    }
    const { repeats, sample: left } = sample.finish()
    expect(repeats.count).toBe(0)
    expect(left.withTime.length).toBeLessThanOrEqual(2048)
    expect(left.withTime.length).toBeGreaterThan(500)
    expect([...left.withTime].every((print) => (print & left.mask) === 0)).toBe(true)
  })
})
