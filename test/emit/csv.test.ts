import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Column, csvSheet, listCell, safeCell } from '../../src/emit/csv.js'

async function sheet<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Promise<string> {
  let written = ''
  const output = {
    async write(text: string) {
      written += text
    },
  }
  const { rows: add, close } = csvSheet(output, columns)
  await add(rows)
  await close()
  return written
}

describe('a cell', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@x', "'@x"],
    ['\tx', "'\\x09x"],
    ['\rx', "'\\x0dx"],
    ['  =x', "'  =x"],
    ['"\'=x', "'\"'=x"],
    ['＝x', "'＝x"],
    ['\u200b@x', "'\\u{200b}@x"],
    ['a=1', 'a=1'],
    ['/a?b=-1', '/a?b=-1'],
    ['', ''],
  ])('that reads %j is written %j', (text, cell) => {
    expect(safeCell(text)).toBe(cell)
  })

  it('never starts with what a spreadsheet runs', () => {
    const piece = fc.constantFrom(
      '=',
      '+',
      '-',
      '@',
      '\t',
      '\r',
      '\n',
      ' ',
      '"',
      "'",
      '\u00a0',
      '\u3000',
      '\ufeff',
      '\u200b',
      '＝',
      '＋',
      '－',
      '＠',
      'a',
      '1',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        expect(safeCell(pieces.join('')).replace(/\\u\{[0-9a-f]+\}|\\x[0-9a-f]{2}/g, ' ')).not.toMatch(
          /^[\s"]*[=+\-@＝＋－＠]/,
        )
      }),
      { numRuns: 1000 },
    )
  })

  it('lists values and says how many more there are', () => {
    expect(listCell(['a', 'b'], 5)).toBe('a | b | (3 more)')
    expect(listCell([], 0)).toBe('')
  })
})

describe('a sheet', () => {
  const columns: readonly Column<{ name: string; size: number }>[] = [
    { name: 'name', text: ({ name }) => name },
    { name: 'size', number: ({ size }) => size },
  ]

  it('quotes texts and leaves numbers bare, negative ones too, and those that are none empty', async () => {
    const rows = [
      { name: 'a "b", c', size: -1.5 },
      { name: 'd', size: Number.NaN },
    ]
    expect(await sheet(columns, rows)).toBe('name,size\n"a ""b"", c",-1.5\n"d",\n')
  })

  it('has its header also without rows', async () => {
    expect(await sheet(columns, [])).toBe('name,size\n')
  })
})
