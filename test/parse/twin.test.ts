import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { combined } from '../../src/parse/formats/combined/index.js'
import { common } from '../../src/parse/formats/common/index.js'
import { vhostCombined } from '../../src/parse/formats/vhost-combined/index.js'
import { readLines } from './read-lines.js'
import { readByTwin } from './twin.js'

const FORMATS = [combined, common, vhostCombined]

/** Compares scanner and twin on lines given as latin-1 text. */
function compare(lines: readonly string[]): void {
  const bytes = lines.map((line) => Buffer.from(line, 'latin1'))
  for (const format of FORMATS) {
    const read = readLines(format, bytes)
    for (let i = 0; i < lines.length; i++) {
      const scanned =
        read[i]!.record === undefined ? null : { layout: read[i]!.layout, record: read[i]!.record }
      expect(scanned, `${format.id}: ${JSON.stringify(lines[i])}`).toEqual(readByTwin(lines[i]!, format.id))
    }
  }
}

const SEEDS = [
  '203.0.113.9 - alice [10/Oct/2000:13:55:36 -0700] "GET /a?b=1 HTTP/1.1" 200 2326 "https://example.com/" "curl/8.5.0"',
  '2001:db8::9 - - [29/Feb/2024:23:59:60 +0000] "POST /login HTTP/2.0" 302 - "-" "Mozilla/5.0 (X11; \\"q\\")" "10.0.0.1, 10.0.0.2"',
  'www.example.com:443 203.0.113.9 - - [01/Jan/2024:00:00:00 +0530] "GET http://example.com:80/x#y HTTP/1.0" 404 0 "" "-"',
  'www.example.com 203.0.113.9 - Jo Doe [31/Dec/2023:12:00:00 -1130] "\\x16\\x03\\x01" 400 226 "-" "-"',
  '"10.5.102.222, 199.96.1.1" 10.2.1.185 - - [22/Jan/2016:13:18:29 +0000] "CONNECT a.b:443 HTTP/1.1" 200 5 "-" "x" tail 2',
  '10.0.0.2, 10.0.0.1, 67.43.156.14 - - [07/Dec/2016:11:05:07 +0100] "GET /a b  HTTP/1.1" 200 571 "-" "M"',
  '203.0.113.9 bob frank [25/Feb/2021:12:44:08 +0000] "PATCH /one HTTP/1.1" 401 84170 - -',
  '203.0.113.9 - a [b [25/Feb/2021:12:44:08 +0000] "GET /%C3%A9\xc3\xa9\\xff" 000 7',
  '- - - [10/Oct/2000:13:55:36 +0000] "-" 408 -',
  '1.2.3.4 - a [10/Oct/2000:13:55:36 -0700] "GET http://a.example/x HTTP/1.1" z [10/Oct/2000:13:55:36 -0700] "BAD" 200 5 "-" "-"',
  '1.2.3.4 - a [10/Oct/2000:13:55:36 -0700] [x [10/Oct/2000:13:55:36 -0700] "GET * HTTP/1.1" - - "-" "-"',
  '1.2.3.4 - a [10/Oct/2000:13:55:36 -0700] \\"QUERY /x\\" 404 7 z [10/Oct/2000:13:55:36 -0700] "GET /" - - "-" "-"',
  '203.0.113.9 - "" [08/Jun/2020:08:04:43 +0000] "GET   /a  HTTP/1.1" 401 0 "-" "x"',
  '203.0.113.9 - [08/Jun/2020:08:04:43 +0000] "" 400 0 "-" ""',
  '203.0.113.9 - - [08/Jun/2020:08:04:43 +0000] "GET /a203.0.113.7 - - [08/Jun/2020:08:04:44 +0000] "GET /b HTTP/1.1" 200 7 "-" "x"',
]

const PIECES = [
  ' ',
  '-',
  ' - ',
  '"',
  '\\',
  '\\"',
  '\\x',
  '\\xC3',
  '\\n',
  '[',
  ']',
  ' [',
  '] "',
  '" ',
  ', ',
  ',',
  ':',
  '?',
  '#',
  '/',
  '//',
  '://',
  'HTTP/1.1',
  ' HTTP/',
  '-',
  '0',
  '9',
  '200',
  '29/Feb/2023',
  '.',
  '\xc3\xa9',
  '\xff',
  '\x00',
  'GET ',
  'x',
  '::1',
  '%',
  "'",
]

describe('the scanner and the twin', () => {
  it('agree on every layout of the family', () => {
    compare(SEEDS)
  })

  it('agree on broken lines', () => {
    const change = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      remove: fc.nat({ max: 12 }),
      insert: fc.array(fc.constantFrom(...PIECES), { maxLength: 3 }),
    })
    const broken = fc
      .tuple(fc.constantFrom(...SEEDS), fc.array(change, { minLength: 1, maxLength: 3 }))
      .map(([seed, changes]) =>
        changes.reduce((line, { at, remove, insert }) => {
          const index = Math.floor(at * line.length)
          return line.slice(0, index) + insert.join('') + line.slice(index + remove)
        }, seed),
      )
    fc.assert(
      fc.property(broken, (line) => compare([line])),
      { numRuns: 3000 },
    )
  })

  it('agree on lines put together at random', () => {
    const random = fc.array(
      fc.constantFrom(...PIECES, '[10/Oct/2000:13:55:36 -0700]', '"GET / HTTP/1.1"', '203.0.113.9'),
      { maxLength: 20 },
    )
    fc.assert(
      fc.property(random, (pieces) => compare([pieces.join('')])),
      { numRuns: 2000 },
    )
  })

  const real = '../shared/corpus/real'
  it.runIf(existsSync(real))('agree on the lines of real logs (corpus)', () => {
    compare(realLines(real).slice(0, 6000))
  })
})

/** A few hundred lines of every log in a folder. */
function realLines(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return realLines(path).filter((_line, i) => i % 5 === 0)
    const bytes = readFileSync(path)
    const lines = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1').split(/\r?\n/)
    return lines.slice(0, 1000).filter((line) => line.trim() !== '')
  })
}
