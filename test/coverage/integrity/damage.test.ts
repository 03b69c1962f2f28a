import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { textOf } from '../../laws/support.js'
import { codesOf, integrityOf, traffic } from './traced.js'

const LINES = traffic(400)

describe('NUL bytes', () => {
  it('over a block of the disk are found in the time between the records around them', async () => {
    const bytes = Buffer.from(textOf(LINES))
    bytes.fill(0, 20_000, 24_096)
    const said = await integrityOf({ 'access.log': bytes })
    expect(codesOf(said)).toEqual(['nul-bytes'])
    const [gap] = said.intervals
    const firstLost = textOf(LINES).subarray(0, 20_000).toString().split('\n').length
    expect(gap).toMatchObject({ state: 'missing', lost: { least: 0 } })
    const touched = textOf(LINES).subarray(20_000, 24_096).toString().split('\n').length
    expect(Math.abs(gap!.lost.most! - touched)).toBeLessThanOrEqual(2)
    expect(Date.parse(gap!.from)).toBe(Date.parse('2021-08-11T08:00:00Z') + 10_000 * (firstLost - 2))
    expect(said.findings).toMatchObject([
      { kind: 'log-tampering', severity: 'medium', measures: { test: 'nul-bytes', bytes: 4096 } },
    ])
    expect(said.findings[0]!.evidence.length).toBeGreaterThan(0)
  })

  it('before all lines are what a rotation by copytruncate leaves', async () => {
    const said = await integrityOf({ 'access.log': Buffer.concat([Buffer.alloc(10_000), textOf(LINES)]) })
    expect(codesOf(said)).toEqual(['nul-bytes'])
    expect(said.findings).toMatchObject([{ severity: 'low' }])
    expect(said.findings[0]!.alternatives.join()).toContain('copytruncate')
  })

  it('that a client sent, a few in a line, are none', async () => {
    const strange = `${LINES[50]!.slice(0, -1)}\0\0\0"`
    expect(codesOf(await integrityOf({ 'access.log': LINES.with(50, strange) }))).toEqual([])
  })
})

describe('the last line', () => {
  const cutBy = (count: number, bytes = textOf(LINES)) => bytes.subarray(0, bytes.length - count)

  it('that ends in the middle is said, of a live file as what it may be', async () => {
    const said = await integrityOf({ 'access.log': cutBy(60) })
    expect(codesOf(said)).toEqual(['cut-off-line'])
    expect(said.findings).toMatchObject([{ severity: 'low', measures: { lostLeast: 1, firstLine: 400 } }])
    expect(said.findings[0]!.summary).toContain('the last file of its log')
  })

  it('that ends in the middle of a file that others follow is damage', async () => {
    const later = traffic(100, 10_000, Date.UTC(2021, 7, 12))
    const said = await integrityOf({ 'access.log.1': cutBy(60), 'access.log': later })
    expect(codesOf(said)).toEqual(['cut-off-line'])
    expect(said.findings).toMatchObject([{ severity: 'medium' }])
    expect(said.findings[0]!.summary).toContain('files that follow it are there')
  })

  it('that is whole but for its line end is a remark', async () => {
    const said = await integrityOf({ 'access.log': cutBy(1) })
    expect(said.remarks).toMatchObject([
      { code: 'cut-off-line', text: 'S1 ends without a line end; it is the last file of its log' },
    ])
    expect(said.findings).toEqual([])
  })
})

describe('line ends', () => {
  const CRLF = LINES.map((line) => `${line}\r`)

  it('that change within a source are counted, with the first change', async () => {
    const said = await integrityOf({
      'access.log': [...LINES.slice(0, 100), ...CRLF.slice(100, 110), ...LINES.slice(110)],
    })
    expect(said.remarks.map(({ text }) => text)).toEqual([
      'in S1 389 lines end in LF and 10 in CR LF; that changes 2 times, first at line 101',
    ])
    expect(said.findings).toMatchObject([
      { severity: 'low', measures: { test: 'mixed-line-ends', firstLine: 101 } },
    ])
  })

  it.each([
    ['LF', textOf(LINES)],
    ['CR LF', textOf(CRLF)],
    ['LF in UTF-16', Buffer.from(`\ufeff${textOf(LINES)}`, 'utf16le')],
    ['CR LF in UTF-16', Buffer.from(`\ufeff${textOf(CRLF)}`, 'utf16le')],
  ])('all %s are nothing', async (_, bytes) => {
    expect(codesOf(await integrityOf({ 'access.log': bytes }))).toEqual([])
  })

  it('that change within a source in UTF-16 are found', async () => {
    const mixed = Buffer.from(`\ufeff${textOf([...LINES.slice(0, 300), ...CRLF.slice(300)])}`, 'utf16le')
    expect(codesOf(await integrityOf({ 'access.log': mixed }))).toEqual(['mixed-line-ends'])
  })
})

describe('lines that are no records', () => {
  const stray = (count: number) => Array.from({ length: count }, (_, k) => `panic: goroutine ${k} [running]:`)

  it('in a stretch are said with its time and their number', async () => {
    const said = await integrityOf({ 'access.log': LINES.toSpliced(200, 0, ...stray(20)) })
    expect(codesOf(said)).toEqual(['damaged-lines'])
    expect(said.intervals).toMatchObject([
      { from: '2021-08-11T08:33:10.000Z', to: '2021-08-11T08:33:20.001Z', lost: { least: 0, most: 20 } },
    ])
    expect(said.findings).toMatchObject([{ severity: 'low', measures: { firstLine: 201, lastLine: 220 } }])
  })

  it('here and there are in any log', async () => {
    const some = LINES.flatMap((line, k) => (k % 40 === 0 ? [...stray(2), line] : [line]))
    expect(codesOf(await integrityOf({ 'access.log': some }))).toEqual([])
  })
})

describe('bytes that cannot be decoded', () => {
  it('leave the log missing from the last record before them to the next file', async () => {
    const whole = gzipSync(textOf(LINES))
    const later = traffic(100, 10_000, Date.UTC(2021, 7, 12))
    const said = await integrityOf({
      'access.log.1.gz': whole.subarray(0, whole.length - 2000),
      'access.log': later,
    })
    const gap = said.intervals.find(({ code }) => code === 'unreadable-bytes')!
    expect(gap).toMatchObject({ state: 'missing', to: '2021-08-12T00:00:00.000Z', lost: { most: null } })
    // the line in which it ends is not told of twice
    expect(codesOf(said)).toEqual(['unreadable-bytes'])
  })
})

describe('a format that changes', () => {
  it('is a remark: settings change', async () => {
    const other = Array.from({ length: 200 }, (_, k) =>
      JSON.stringify({
        time: new Date(Date.UTC(2021, 7, 12) + 10_000 * k).toISOString(),
        remote_addr: '198.51.100.7',
        request: `GET /item/${k} HTTP/1.1`,
        status: 200,
        body_bytes_sent: 1000 + k,
      }),
    )
    const said = await integrityOf({ 'access.log': [...LINES, ...other] })
    expect(codesOf(said)).toEqual(['format-change'])
    expect(said.findings).toEqual([])
  })
})
