import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Report } from '../../src/conclude/contract.js'
import type { SinkSettings } from '../../src/emit/contract.js'
import { reportText } from '../../src/emit/sinks/report-text/index.js'
import { fitted, table, textWidth, wrap } from '../../src/emit/sinks/report-text/layout.js'
import { closedFinding, emptyReport, gatewayLog, otherFinding, sampleReport, withTexts } from './samples.js'
import { emitted, samples } from './sink-kit.js'

async function page(report: Report, settings: Partial<SinkSettings> = {}): Promise<string> {
  return emitted(reportText, { ...samples, report }, 1000, settings)
}

function withReading(reading: Partial<Report['reading']>): Report {
  return { ...sampleReport, reading: { ...sampleReport.reading, ...reading } }
}

describe('the text report', () => {
  it('says zero where nothing was rejected, damaged or bounded', async () => {
    const text = await page(emptyReport)
    for (const line of [
      /Faults +none/,
      /Not read +none/,
      /Memory bounds +none reached/,
      /Interrupted +no/,
      /rejects 0,/,
    ])
      expect(text).toMatch(line)
  })

  it('says first that a run was interrupted', async () => {
    const lines = (await page(withReading({ interrupted: true }))).split('\n')
    expect(lines[1]).toBe('Interrupted: this covers only what was read until then')
  })

  it('tells findings worst first, whatever their order', async () => {
    const text = await page({
      ...sampleReport,
      findings: [otherFinding, { ...otherFinding, severity: 'high' }, closedFinding],
    })
    expect(text.match(/^(CRITICAL|HIGH|MEDIUM|LOW|INFO) .*$/gm)).toEqual([
      'CRITICAL (1)',
      'HIGH (1)',
      'LOW (1)',
    ])
    expect(text).toMatch(/^Findings {3}1 critical {3}1 high {3}0 medium {3}1 low {3}0 info$/m)
  })

  it('tells twenty findings of a severity and says how many more there are and where', async () => {
    const findings = Array.from({ length: 23 }, (_, index) => ({
      ...closedFinding,
      title: `Finding number ${index}`,
    }))
    const text = await page({ ...sampleReport, findings: [...findings, otherFinding] })
    expect(text.match(/Finding number/g)).toHaveLength(20)
    expect(text).toContain('3 more critical findings: see findings.jsonl and findings.csv')
    expect(text).not.toMatch(/more low/)
  })

  it('names the file of a citation, and the source itself where the ledger does not know it', async () => {
    expect(await page(sampleReport)).toContain('logs/gateway-access.log.1.gz:8123')
    expect(await page({ ...sampleReport, ledger: [] })).toContain(`${gatewayLog.id}:8123`)
  })

  it('says that a cut line has no hash', async () => {
    const [, , , cut] = closedFinding.evidence
    expect(await page({ ...sampleReport, findings: [{ ...closedFinding, evidence: [cut!] }] })).toContain(
      'not hashed',
    )
  })

  it('gives the numbers with which its last line checks a citation', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'postern-check-'))
    try {
      const [before, line] = ['first línea\n', '203.0.113.9 - - "GET / HTTP/1.1" 200 5']
      const file = join(folder, 'a.log.gz')
      writeFileSync(file, gzipSync(`${before}${line}\nlast\n`))
      const sha256 = createHash('sha256').update(line).digest('hex')
      const reference = {
        ...closedFinding.evidence[0]!,
        offset: Buffer.byteLength(before),
        length: line.length,
        sha256,
        text: line,
      }
      const text = await page({ ...sampleReport, findings: [{ ...closedFinding, evidence: [reference] }] })
      const [, n, length, start] = /N (\d+), LENGTH (\d+), SHA-256 (\w+)…/.exec(text) ?? []
      const command = text
        .trimEnd()
        .split('\n')
        .at(-1)!
        .replace('FILE', file)
        .replace('+N', `+${n}`)
        .replace('LENGTH', length!)
      expect(execFileSync('sh', ['-c', command], { encoding: 'utf8' }).startsWith(start!)).toBe(true)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('keeps to the width of the terminal', async () => {
    for (const width of [60, 80, 132]) {
      const lines = (await page(sampleReport, { width })).split('\n')
      expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(width)
    }
    expect(await page(sampleReport, { width: Number.NaN })).toBe(await page(sampleReport, { width: 100 }))
  })

  it('is the same with colours, the colours taken out', async () => {
    const colored = await page(sampleReport, { color: true })
    expect(colored).toContain('\x1b[')
    expect(colored.replace(/\x1b\[\d+m/g, '')).toBe(await page(sampleReport))
  })

  it('lets no colour of the log through when it has colours itself', async () => {
    const hostile = withTexts(sampleReport, (text) => `\x1b[7m\x1b]0;t\x07${text}`)
    // of its own: bold, dim, red, green, yellow, cyan and their ends
    const own = (await page(hostile, { color: true })).replace(/\x1b\[(?:0|1|2|22|31|32|33|36|39)m/g, '')
    expect(own).not.toMatch(/[\0-\x09\x0b-\x1f\x7f-\x9f]/)
  })

  it('lists the measures of a kind that it does not know by name', async () => {
    const measures = {
      notFound: 5,
      quietMs: 90_000,
      sentBytes: 2000,
      flag: true,
      nothing: null,
      deep: { a: 1 },
      list: [],
    }
    const text = await page({ ...sampleReport, findings: [{ ...otherFinding, measures }] }, { width: 140 })
    expect(text).toContain(
      'not found 5, quiet 1 min 30 s, sent bytes 2.00 kB, flag true, deep {"a":1}; not known: nothing, list',
    )
  })
})

describe('the layout', () => {
  it('cuts and wraps to the width for any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.integer({ min: 2, max: 30 }),
        (text, width) => {
          expect(textWidth(fitted(text, width))).toBeLessThanOrEqual(width)
          for (const line of wrap(text, width)) expect(textWidth(line)).toBeLessThanOrEqual(width)
        },
      ),
    )
  })

  it('keeps all words when it wraps', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z ]{0,80}$/), fc.integer({ min: 2, max: 30 }), (text, width) => {
        expect(wrap(text, width).join('').replace(/ /g, '')).toBe(text.replace(/ /g, ''))
      }),
    )
  })

  it('counts wide characters twice and combining marks not at all', () => {
    expect(textWidth('電話')).toBe(4)
    expect(textWidth('e\u0301')).toBe(1)
    expect(fitted('電話電話', 5)).toBe('電話…')
  })

  it('aligns columns, and the flexible one gives way', () => {
    const columns = [
      { name: 'name', leans: 'left', flexible: true },
      { name: 'size', leans: 'right' },
    ] as const
    const rows = [
      ['a-name-that-is-far-too-long', '5'],
      ['b', '1,234'],
    ]
    expect(
      table(columns, rows, 24, 2).map((line) =>
        line.map((run) => (typeof run === 'string' ? run : run.text)).join(''),
      ),
    ).toEqual(['  name              size', '  a-name-that-is…      5', '  b                1,234'])
  })
})
