import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogFormat } from '../../../src/parse/contract.js'
import { as, extra } from '../../../src/parse/meanings.js'
import { fromTable, type TableFormat } from '../../../src/parse/table/scan-table.js'
import { readLines } from '../read-lines.js'

const COLUMNS = ['a', 'b', 'c']

function tableOf(table: Partial<TableFormat> & Pick<TableFormat, 'delimiter' | 'spelling'>): LogFormat {
  return {
    id: 'table',
    title: 'table',
    reference: '',
    example: '',
    ...fromTable({
      header: 'first-line',
      needs: ['time', 'a'],
      columns: {
        time: as({ as: 'any-time' }),
        ...Object.fromEntries(COLUMNS.map((name) => [name, extra(name)])),
      },
      ...table,
    }),
    stamp: { unknown: 'unknown' },
  }
}

const CSV = tableOf({ delimiter: 0x2c, spelling: 'csv' })
const TSV = tableOf({ delimiter: 0x09, spelling: 'raw' })
const W3C = tableOf({ delimiter: 0x20, spelling: 'w3c', header: 'w3c' })

/** What a row must give: empty values and dashes are none. */
function expected(values: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    values.flatMap((value, i) => (value === '' || value === '-' ? [] : [[COLUMNS[i]!, value]])),
  )
}

const cells = (without: RegExp) =>
  fc.tuple(...COLUMNS.map(() => fc.string({ unit: 'grapheme' }).map((text) => text.replace(without, ''))))

describe('tables', () => {
  const TIME = '2000-10-10T20:55:36Z'

  it('of commas give what was written, quoted where it must be and where it need not', () => {
    fc.assert(
      fc.property(cells(/[\r\n]/g), fc.boolean(), (values, always) => {
        const quoted = values.map((value) =>
          always || /[",]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value,
        )
        const [header, read] = readLines(CSV, ['time,a,b,c', [TIME, ...quoted].join(',')])
        expect(header!.other).toBe('directive')
        // a quoted dash is a dash to the reader too
        expect(read!.record?.extra ?? {}).toEqual(expected(values))
      }),
      { numRuns: 1000 },
    )
  })

  it('of tabs give what was written', () => {
    fc.assert(
      fc.property(cells(/[\t\r\n]/g), (values) => {
        const [, read] = readLines(TSV, ['time\ta\tb\tc', [TIME, ...values].join('\t')])
        expect(read!.record?.extra ?? {}).toEqual(expected(values))
      }),
      { numRuns: 1000 },
    )
  })

  it('of W3C have runs of blanks between values, plus signs for blanks in them, or quotes around them', () => {
    const [, read] = readLines(W3C, ['#Fields: time a  b c', `${TIME}  x+y \t"p ""q"" r"   -`])
    expect(read!.record?.extra).toEqual({ a: 'x y', b: 'p "q" r' })
  })

  it('change their columns where a header says so', () => {
    const read = readLines(W3C, [
      `${TIME} 1`,
      '#Version: 1.0',
      '#Fields: time a b',
      `${TIME} 1 2`,
      '#fields: b a time',
      `2 1 ${TIME}`,
      '#Fields: b c',
      '2 3',
    ])
    expect(read.map(({ other, record }) => other ?? record!.extra)).toEqual([
      'no-match',
      'directive',
      'directive',
      { a: '1', b: '2' },
      'directive',
      { a: '1', b: '2' },
      'no-match',
      'no-match',
    ])
  })

  it('have rows of as many values as columns', () => {
    const others = (...lines: string[]) => readLines(CSV, ['time,a,b', ...lines]).map(({ other }) => other)
    expect(others(`${TIME},1,2`, `${TIME},1`, `${TIME},1,2,3`, '')).toEqual([
      'directive',
      undefined,
      'no-match',
      'trailing-text',
      'blank',
    ])
  })

  it('bear any number of columns', () => {
    const names = Array.from({ length: 500 }, (_, i) => `x${i}`)
    const [header, read] = readLines(CSV, [
      ['time', ...names, 'a'].join(','),
      [TIME, ...names, '1'].join(','),
    ])
    expect([header!.other, read!.record?.extra]).toEqual(['directive', { a: '1' }])
  })

  it('read a quote that does not close as part of its value', () => {
    const [, read] = readLines(CSV, ['time,a,b', `${TIME},"x,y`])
    expect(read!.record?.extra).toEqual({ a: '"x', b: 'y' })
  })

  it('know no quotes between tabs', () => {
    const [, read] = readLines(TSV, ['time\ta\tb', `${TIME}\t"x\ty"`])
    expect(read!.record?.extra).toEqual({ a: '"x', b: 'y"' })
  })
})
