import { describe, expect, it } from 'vitest'
import { LINE_CUT, LINE_MARK, LINE_NULS, LINE_TEXT } from '../../src/decode/contract.js'
import { readHead } from '../../src/decode/head.js'
import type { Source } from '../../src/evidence/contract.js'
import { bytesSource, codesOf, readLines, textOf } from './support.js'

const latin1 = (text: string) => Buffer.from(text, 'latin1')
const MIB = 1024 * 1024

/** A stream of `total` bytes of which no more than a chunk is ever in memory. */
function longSource(parts: readonly (readonly [byte: string, count: number])[]): Source {
  return {
    name: 'long',
    kind: 'stream',
    reopens: false,
    async *open() {
      for (const [byte, count] of parts) {
        const chunk = Buffer.alloc(Math.min(count, MIB), byte)
        for (let left = count; left > 0; left -= chunk.length)
          yield chunk.subarray(0, Math.min(left, chunk.length))
      }
    },
  }
}

describe('line ends', () => {
  it('takes one carriage return before a line feed as part of the end, and no other', async () => {
    const { entries } = await readLines(bytesSource(latin1('a\r\nb\r\r\nc\rd\n\r\n\r')))
    expect(entries.map(({ text, offset, length }) => [text, offset, length])).toEqual([
      ['a', 0, 1],
      ['b\r', 3, 2],
      ['c\rd', 7, 3],
      ['', 11, 0],
      ['\r', 13, 1],
    ])
  })

  it('keeps a last line without line feed and says so', async () => {
    const lines = await readLines(bytesSource(latin1('one\ntwo')))
    expect(textOf(lines)).toBe('one\ntwo\n')
    expect(lines.end).toMatchObject({ lineFeeds: 1, terminated: false })
    expect((await readLines(bytesSource(latin1('one\ntwo\n')))).end).toMatchObject({
      lineFeeds: 2,
      terminated: true,
    })
  })

  it('reports a source without bytes and gives no block', async () => {
    const lines = await readLines(bytesSource(latin1('')))
    expect(lines.entries).toEqual([])
    expect(codesOf(lines)).toEqual(['empty-source'])
    expect(lines.head.whole).toBe(true)
  })
})

describe('overlong lines', () => {
  it('keeps the first part of a line that is one byte too long, and all of one that is not', async () => {
    const lines = await readLines(bytesSource(latin1('12345678\r\n123456789\r\n')), { maxLineBytes: 8 })
    expect(lines.entries.map(({ kind, text, length }) => [kind, text, length])).toEqual([
      [LINE_TEXT, '12345678', 8],
      [LINE_CUT, '12345678', 9],
    ])
    expect(lines.faults).toMatchObject([
      { code: 'line-too-long', count: 1, first: { offset: 10, length: 9 } },
    ])
  })

  it('reads a line of 100 MB, and the lines around it, with buffers bounded by the limit', async () => {
    const source = longSource([
      ['a', 10],
      ['\n', 1],
      ['b', 100 * MIB],
      ['\r', 1],
      ['\n', 1],
      ['c', 3],
    ])
    const reader = (await readHead(source)).openLines()
    const seen: [number, number, number][] = []
    for (let block = await reader.next(); block !== null; block = await reader.next()) {
      expect(block.bytes.length).toBeLessThan(4 * MIB)
      for (let row = 0; row < block.lineCount; row++) {
        seen.push([
          block.lineKind[row]!,
          block.lineEnd[row]! - block.lineStart[row]!,
          block.placeLength[row]!,
        ])
      }
      block.release()
    }
    expect(seen).toEqual([
      [LINE_TEXT, 10, 10],
      [LINE_CUT, MIB, 100 * MIB],
      [LINE_TEXT, 3, 3],
    ])
    expect(reader.end()).toMatchObject({ decodedBytes: 100 * MIB + 16, lineFeeds: 2 })
  })

  it('counts a long run of NUL bytes without storing it, and reads the line behind', async () => {
    const lines = await readLines(
      longSource([
        ['\0', 50 * MIB],
        ['x', 4],
        ['\n', 1],
        ['\0', 2],
        ['\n', 1],
      ]),
    )
    expect(
      lines.entries.map(({ kind, text, offset, length, number }) => [kind, text, offset, length, number]),
    ).toEqual([
      [LINE_NULS, '', 0, 50 * MIB, 1],
      [LINE_TEXT, 'xxxx', 50 * MIB, 4, 1],
      [LINE_NULS, '', 50 * MIB + 5, 2, 2],
    ])
    expect(lines.faults).toMatchObject([
      { code: 'nul-run', count: 2, first: { offset: 0, length: 50 * MIB } },
    ])
  })
})

describe('charsets', () => {
  it('gives the UTF-8 mark an entry of its own and leaves other bytes as they are', async () => {
    const lines = await readLines(bytesSource(latin1('\xef\xbb\xbf\xe4\xff\n')))
    expect(lines.entries.map(({ kind, text, offset, number }) => [kind, text, offset, number])).toEqual([
      [LINE_MARK, '\xef\xbb\xbf', 0, 1],
      [LINE_TEXT, '\xe4\xff', 3, 1],
    ])
    expect(lines.faults).toEqual([])
  })

  it('recognises UTF-16 without a mark where every other byte is NUL', async () => {
    const text = 'GET / 200\r\nGET /x 404\r\n'
    for (const [charset, bytes] of [
      ['utf-16le', Buffer.from(text, 'utf16le')],
      ['utf-16be', Buffer.from(text, 'utf16le').swap16()],
    ] as const) {
      const lines = await readLines(bytesSource(bytes))
      expect(lines.head.charset).toBe(charset)
      expect(textOf(lines)).toBe('GET / 200\nGET /x 404\n')
      expect(lines.entries[1]).toMatchObject({ offset: 22, length: 20, number: 2 })
    }
  })

  it('does not take NUL bytes alone for UTF-16', async () => {
    expect((await readLines(bytesSource(Buffer.alloc(64)))).head.charset).toBe('utf-8')
  })

  it('replaces lone surrogates and an odd last byte, each counted as a fault with its place', async () => {
    const bytes = Buffer.concat([Buffer.from('\ufeffa\ud800b\n\u{1f600}', 'utf16le'), Buffer.from([0x41])])
    const lines = await readLines(bytesSource(bytes))
    const utf8 = lines.entries.map(({ text }) => latin1(text).toString('utf8'))
    expect(utf8).toEqual(['\ufeff', 'a\ufffdb', '\u{1f600}\ufffd'])
    expect(lines.faults).toMatchObject([{ code: 'invalid-utf16', count: 2, first: { offset: 4, length: 2 } }])
  })

  it('does not call a pair invalid that only the line limit cut in two', async () => {
    const lines = await readLines(bytesSource(Buffer.from('\ufeffab\u{1f600}\n', 'utf16le')), {
      maxLineBytes: 6,
    })
    expect(lines.entries[1]).toMatchObject({ kind: LINE_CUT, text: 'ab', length: 8 })
    expect(codesOf(lines)).toEqual(['line-too-long'])
  })
})

describe('blocks', () => {
  it('holds the lines that start in one stretch of the source', async () => {
    const { entries } = await readLines(bytesSource(latin1('aa\nbbbbbb\nc\ndddddddddddddd\ne\n')), {
      blockBytes: 4,
    })
    expect(entries.map(({ text, block }) => [text, block])).toEqual([
      ['aa', 0],
      ['bbbbbb', 0],
      ['c', 1],
      ['dddddddddddddd', 2],
      ['e', 3],
    ])
  })

  it('waits for a block to come back while two are out', async () => {
    const reader = (await readHead(bytesSource(latin1('a\nb\nc\n')))).openLines({ blockBytes: 2 })
    const first = await reader.next()
    await reader.next()
    let third = 'waiting'
    const next = reader.next().then((block) => {
      third = Buffer.from(block!.bytes.subarray(0, block!.lineEnd[0])).toString()
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(third).toBe('waiting')
    first!.release()
    await next
    expect(third).toBe('c')
  })

  it('is not freed a second time by a second release', async () => {
    const reader = (await readHead(bytesSource(latin1('a\nb\nc\nd\n')))).openLines({ blockBytes: 2 })
    const first = (await reader.next())!
    first.release()
    const second = (await reader.next())!
    first.release()
    const third = (await reader.next())!
    expect([second, third].map((block) => String.fromCharCode(block.bytes[0]!))).toEqual(['b', 'c'])
    expect(second.bytes).not.toBe(third.bytes)
  })
})
