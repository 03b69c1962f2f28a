import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FaultLog } from '../../../src/core/faults.js'
import type { LogFormat } from '../../../src/parse/contract.js'
import { formats } from '../../../src/parse/formats/registry.js'
import { as, extra } from '../../../src/parse/meanings.js'
import { BatchReader } from '../../../src/parse/reader.js'
import { sampleLines } from '../../../src/parse/sample-lines.js'
import { fromUnescaped, type UnescapedLayout } from '../../../src/parse/unescaped/scan-unescaped.js'
import { readLines } from '../read-lines.js'

const LAYOUT: UnescapedLayout = {
  lead: '',
  fields: [
    { meanings: [as({ as: 'time', time: { kind: 'iso' } })], holds: 'word', until: ' "' },
    { meanings: [extra('a')], holds: 'text', until: '" ', longest: true },
    { meanings: [extra('n')], holds: 'number', until: ' "' },
    { meanings: [extra('b')], holds: 'text', until: '" "' },
    { meanings: [extra('c')], holds: 'unquoted', until: '"' },
  ],
}
const FORMAT: LogFormat = {
  id: 'unescaped',
  title: '',
  reference: '',
  example: '',
  ...fromUnescaped([LAYOUT]),
  stamp: { unknown: 'unknown' },
}
const TIME = '2000-10-10T20:55:36Z'

/** The plain twin: all readings, by all ways to cut the line. */
function readings(line: string): Record<string, string>[] {
  const found: Record<string, string>[] = []
  if (!line.startsWith(`${TIME} "`) || !line.endsWith('"')) return []
  const inner = line.slice(TIME.length + 2, -1)
  for (let i = inner.indexOf('" '); i >= 0; i = inner.indexOf('" ', i + 1)) {
    const n = /^[-.\d]*/.exec(inner.slice(i + 2))![0]
    const rest = inner.slice(i + 2 + n.length)
    if (!rest.startsWith(' "')) continue
    const tail = rest.slice(2)
    for (let j = tail.indexOf('" "'); j >= 0; j = tail.indexOf('" "', j + 1)) {
      const c = tail.slice(j + 3)
      if (!c.includes('"')) found.push({ a: inner.slice(0, i), n, b: tail.slice(0, j), c })
    }
  }
  return found
}

/** The record of a line, and how often it was said to have two readings. */
function read(format: LogFormat, line: string) {
  const faults = new FaultLog()
  const reader = new BatchReader(format, { toUtc: null, faults })
  const batch = reader.createBatch(1)
  const { bytes, start, end } = sampleLines(Buffer.from(line), true)
  reader.fill(
    {
      bytes,
      lineCount: 1,
      lineStart: start,
      lineEnd: end,
      placeOffset: Float64Array.of(0),
      placeLength: Float64Array.of(bytes.length),
      lineNumber: Uint32Array.of(1),
      lineKind: Uint8Array.of(0),
      allowNext() {},
      release() {},
    },
    batch,
  )
  return { rows: batch.rowCount, ambiguous: faults.list().some(({ code }) => code === 'ambiguous-line') }
}

describe('lines whose quotes are not escaped', () => {
  const piece = fc.constantFrom('"', '" ', ' "', '" "', '" 5 "', 'x', ' ', '-', '1', '\\')
  const value = fc.array(piece, { maxLength: 5 }).map((parts) => parts.join(''))

  it('are read in one of the ways in which they can be cut, and flagged where there are more', () => {
    fc.assert(
      fc.property(
        value,
        fc.constantFrom('-', '5', '1.5'),
        value,
        fc.constantFrom('', 'id', 'a b'),
        (a, n, b, c) => {
          const line = `${TIME} "${a}" ${n} "${b}" "${c}"`
          const all = readings(line)
          const record = readLines(FORMAT, [line])[0]!.record
          expect(all.length).toBeGreaterThan(0)
          const shown = (values: Record<string, string>) =>
            Object.fromEntries(Object.entries(values).filter(([, text]) => text !== '' && text !== '-'))
          const extras = Object.fromEntries(
            Object.entries(record?.extra ?? {}).filter(([, text]) => text !== '' && text !== '-'),
          )
          expect(all.map(shown)).toContainEqual(extras)
          expect(read(FORMAT, line)).toEqual({ rows: 1, ambiguous: all.length > 1 })
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('are read only where they can be cut', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (parts) => {
        const line = `${TIME} "${parts.join('')}`
        expect(read(FORMAT, line).rows).toBe(readings(line).length > 0 ? 1 : 0)
      }),
      { numRuns: 3000 },
    )
  })

  it('take the longest or the shortest as the layout says', () => {
    const line = `${TIME} "a" 1 "x" 2 "y" "z" "id"`
    expect(readLines(FORMAT, [line])[0]!.record?.extra).toEqual({ a: 'a" 1 "x', n: '2', b: 'y" "z', c: 'id' })
  })

  it('come to an end, whatever they hold', () => {
    const line = `${TIME} "${'" 1 "x" "'.repeat(20_000)}" 1 "b" "c"`
    expect(read(FORMAT, line)).toEqual({ rows: 1, ambiguous: true })
  })
})

describe('formats that do not escape quotes', () => {
  const envoy = formats.find(({ id }) => id === 'envoy')!
  const traefik = formats.find(({ id }) => id === 'traefik-clf')!
  const ENVOY = (agent: string) =>
    `[2000-10-10T20:55:36.310Z] "GET / HTTP/1.1" 200 - 0 5 3 2 "203.0.113.9" "${agent}" "0b8f" "www.example.com" "192.0.2.1:80"`
  const TRAEFIK = (target: string, agent: string) =>
    `203.0.113.9 - - [10/Oct/2000:13:55:36 +0000] "GET ${target} HTTP/1.1" 200 5 "-" "${agent}" 22 "web@docker" "http://192.0.2.1:80" 3ms`

  it('are not doubted for a quote that has one reading', () => {
    for (const line of [ENVOY('curl'), ENVOY('a "b" c'), ENVOY('"')])
      expect(read(envoy, line), line).toEqual({ rows: 1, ambiguous: false })
    for (const line of [TRAEFIK('/', 'curl'), TRAEFIK('/?q="x"', 'a "b" c')])
      expect(read(traefik, line), line).toEqual({ rows: 1, ambiguous: false })
  })

  it('are doubted where a client imitates their fields', () => {
    expect(read(envoy, ENVOY('curl" "x'))).toEqual({ rows: 1, ambiguous: true })
    expect(read(traefik, TRAEFIK('/" 200 5 "-" "x', 'y'))).toEqual({ rows: 1, ambiguous: true })
  })

  it('keep user names that imitate a time', () => {
    const line = TRAEFIK('/', 'curl').replace('- - [', '- a [b] [')
    expect(readLines(traefik, [line])[0]!.record?.user).toBe('a [b]')
  })
})
