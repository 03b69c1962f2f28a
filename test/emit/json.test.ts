import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonLines, safeJson } from '../../src/emit/json.js'

describe('safeJson', () => {
  it('escapes what acts and keeps what is read', () => {
    expect(safeJson('é電\x1b\x7f\x9b\u2028\u202e\u{e0041}\ud800"\\')).toBe(
      '"é電\\u001b\\u007f\\u009b\\u2028\\u202e\\udb40\\udc41\\ud800\\"\\\\"',
    )
  })

  it('reads back as the same value, and holds nothing that a terminal acts on', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const json = safeJson(value)
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)))
        expect(json).not.toMatch(/[\0-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/)
        expect(JSON.parse(safeJson(value, 2))).toEqual(JSON.parse(json))
      }),
    )
  })

  it('has a text for what JSON cannot say', () => {
    expect(safeJson({ a: undefined, b: 10n, c: Number.NaN })).toBe('{"b":"10","c":null}')
    expect(safeJson(undefined)).toBe('null')
  })

  it('writes one value a line', () => {
    expect(jsonLines([{ a: '\n' }, 2])).toBe('{"a":"\\n"}\n2\n')
    expect(jsonLines([])).toBe('')
  })
})
