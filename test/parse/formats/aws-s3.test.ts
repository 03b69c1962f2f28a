import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toRecord } from '../../../src/columns/view.js'
import { FaultLog } from '../../../src/core/faults.js'
import { awsS3 } from '../../../src/parse/formats/aws-s3/index.js'
import { BatchReader } from '../../../src/parse/reader.js'
import { sampleLines } from '../../../src/parse/sample-lines.js'
import { tryFormat } from '../../../src/parse/trial.js'

const HEAD = '79a5 bucket [10/Oct/2000:20:55:36 +0000] 203.0.113.9 - 3E57 REST.GET.OBJECT a'
const TAIL = '- h= - TLS_AES_128_GCM_SHA256 - bucket.s3.amazonaws.com TLSv1.3 - -'

function lineOf(target: string, referrer: string, agent: string): string {
  return `${HEAD} "GET ${target} HTTP/1.1" 403 AccessDenied 243 - 5 - "${referrer}" "${agent}" ${TAIL}`
}

/** What a line is read as, and how many lines of one were ambiguous. */
function read(line: string) {
  const faults = new FaultLog()
  const reader = new BatchReader(awsS3, { toUtc: null, faults })
  const batch = reader.createBatch(1)
  const { bytes, start, end } = sampleLines(Buffer.from(line), true)
  const block = {
    bytes,
    lineCount: 1,
    lineStart: start,
    lineEnd: end,
    placeOffset: Float64Array.of(0),
    placeLength: Float64Array.of(line.length),
    lineNumber: Uint32Array.of(1),
    lineKind: Uint8Array.of(0),
    allowNext() {},
    release() {},
  }
  const others = reader.fill(block, batch)
  const record = others.length === 0 ? toRecord(batch, 0) : null
  return { record, faults: faults.list().map(({ code }) => code) }
}

describe('a line of S3', () => {
  it('has one reading where no text imitates what may follow it', () => {
    const { record, faults } = read(lineOf('/a"b', 'https://example.com/"', 'a "quoted" word'))
    expect(record).toMatchObject({ target: '/a"b', status: 403, userAgent: 'a "quoted" word' })
    expect(faults).toEqual([])
  })

  it.each([
    ['an agent that imitates the sizes', lineOf('/a', '-', 'x HTTP/1.1" 200 - 5 5 5 5 "-" "curl')],
    ['an agent that imitates a referrer', lineOf('/a', '-', 'x" "curl')],
    ['a referrer that imitates an agent', lineOf('/a', 'x" "y', 'curl')],
    ['a target that imitates the sizes', lineOf('/a HTTP/1.1" 200 - 5 5 5 5 "-" "x', '-', 'curl')],
  ])('is ambiguous with %s, and a record still', (_what, line) => {
    const { record, faults } = read(line)
    expect(record).not.toBeNull()
    expect(faults).toEqual(['ambiguous-line'])
  })

  it('never gives a forged status without saying so', () => {
    const text = fc.array(fc.constantFrom('"', ' ', '-', '5', ' 200 - 5 5 5 5 ', ' HTTP/1.1', 'x', '" "'), {
      maxLength: 12,
    })
    fc.assert(
      fc.property(text, text, text, (target, referrer, agent) => {
        const { record, faults } = read(lineOf(`/${target.join('')}`, referrer.join(''), agent.join('')))
        expect(record).not.toBeNull()
        if (record?.status !== 403) expect(faults).toEqual(['ambiguous-line'])
      }),
    )
  })

  it('of nothing but imitations is read within its bounds', () => {
    const target = `/${'" 200 - 5 5 5 5 "'.repeat(5000)}`
    const result = tryFormat(awsS3, sampleLines(Buffer.from(lineOf(target, '-', 'x')), true))
    expect(result.batch.rowCount).toBe(1)
  })
})
