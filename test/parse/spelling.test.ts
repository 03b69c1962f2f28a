import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { unescapeText } from '../../src/columns/unescape.js'
import type { Spelling } from '../../src/parse/contract.js'
import { isPlain, respell } from '../../src/parse/spelling.js'

/** How each spelling writes a text. */
const WRITERS: readonly (readonly [Spelling, (text: string) => string])[] = [
  ['raw', (text) => text],
  ['json', (text) => JSON.stringify(text).slice(1, -1)],
  ['percent', encodeURIComponent],
  ['hash', (text) => [...Buffer.from(text)].map((byte) => hashed(byte)).join('')],
  // in quotes a blank stands as it is, and a plus is a plus
  ['w3c', (text) => `"${text.replaceAll('"', '""')}"`],
  ['csv', (text) => `"${text.replaceAll('"', '""')}"`],
]

/** HAProxy's map of bytes: what is no printable ASCII, and the marks of its format. */
function hashed(byte: number): string {
  const glyph = String.fromCharCode(byte)
  const isPrinted = byte >= 32 && byte < 127 && !'{|}"#'.includes(glyph)
  return isPrinted ? glyph : `#${byte.toString(16).toUpperCase().padStart(2, '0')}`
}

/** What the rest of the way makes of a value. */
function read(text: string, spelling: Spelling): string {
  const bytes = Buffer.from(`<${text}>`)
  const [from, to] = [1, bytes.length - 1]
  if (isPlain(bytes, from, to, spelling)) return unescapeText(bytes, from, to)
  const own = respell(bytes, from, to, spelling)
  return unescapeText(own, 0, own.length)
}

describe('spellings', () => {
  it.each(WRITERS)('%s is read back as what was written', (spelling, write) => {
    const texts = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'grapheme-ascii' }),
      fc.string(),
    )
    fc.assert(
      fc.property(texts, (text) => {
        expect(read(write(text), spelling)).toBe(text)
      }),
      { numRuns: 2000 },
    )
  })

  it('keeps what a log of its own kind wrote', () => {
    expect(read('a\\"b\\\\c\\x41', 'escaped')).toBe('a"b\\cA')
  })

  it.each<[Spelling, string, string]>([
    ['json', 'a\\qb', 'a\\qb'],
    ['json', 'a\\', 'a\\'],
    ['json', '\\u12', '\\u12'],
    ['json', '\\ud83d\\ude00', '😀'],
    ['json', '\\ud83d', '\ufffd'],
    ['json', '\\ude00\\ud83dx', '\ufffd\ufffdx'],
    ['json', '\\ud83d\\u0041', '\ufffdA'],
    ['json', '\\/\\b\\f\\n\\r\\t', '/\b\f\n\r\t'],
    ['percent', '%', '%'],
    ['percent', '%4', '%4'],
    ['percent', '%zz%2541', '%zz%41'],
    ['percent', 'a+b', 'a+b'],
    ['hash', '#2', '#2'],
    ['hash', '#zz#22', '#zz"'],
    ['w3c', 'a+b', 'a b'],
    ['w3c', '"a+b"', 'a+b'],
    ['csv', '"', '"'],
    ['csv', '""', ''],
    ['csv', 'a""b', 'a"b'],
    ['raw', 'DOMAIN\\x41', 'DOMAIN\\x41'],
  ])('%s: %s is %s', (spelling, text, expected) => {
    expect(read(text, spelling)).toBe(expected)
  })

  it('unwraps a line of a container, its end left out', () => {
    const line = (text: string) => {
      const bytes = Buffer.from(text)
      return Buffer.from(respell(bytes, 0, bytes.length, 'json-line')).toString()
    }
    expect(line('a\\"b\\\\x22\\n')).toBe('a"b\\x22')
    expect(line('a\\r\\n')).toBe('a')
    expect(line('a\\nb')).toBe('a\nb')
    expect(line('\\n')).toBe('')
  })
})
