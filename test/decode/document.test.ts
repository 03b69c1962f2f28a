import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LINE_BETWEEN, LINE_CUT, LINE_TEXT } from '../../src/decode/contract.js'
import { bytesSource, codesOf, type Entry, type Lines, readLines } from './support.js'

const elementsOf = (lines: Lines) => lines.entries.filter(({ kind }) => kind !== LINE_BETWEEN)
const textsOf = (lines: Lines) => elementsOf(lines).map(({ text }) => text)

function read(text: string, chunks: readonly number[] = [65536], options = {}): Promise<Lines> {
  return readLines(bytesSource(Buffer.from(text), chunks), options)
}

/** Whatever the text: entries stand one behind the other without a gap, and say where they are. */
function expectTiled(text: string, entries: readonly Entry[], decodedBytes: number): void {
  const bytes = Buffer.from(text)
  let at = 0
  for (const { offset, length, kind, number, text: own } of entries) {
    expect(offset).toBe(at)
    if (kind === LINE_TEXT) expect(own).toBe(bytes.subarray(at, at + length).toString('latin1'))
    if (kind === LINE_BETWEEN) expect(own).toBe('')
    expect(number).toBe(bytes.subarray(0, at).toString('latin1').split('\n').length)
    at += length
  }
  expect(at).toBe(bytes.length)
  expect(decodedBytes).toBe(bytes.length)
}

const objects = fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue({ maxDepth: 3 }), {
  minKeys: 1,
  maxKeys: 5,
})
const blanks = fc.constantFrom('', '', ' ', '\n', '\r\n  ', '\t')
const envelopes = fc.constantFrom(
  ['[', ']'],
  ['{"Records":[', ']}'],
  ['{ "records" : [', '] }'],
  ['{"nextToken":"a]\\"","owner":[1,{"a":2}],\n"logEvents":[', '],"count":2,"more":[{"a":1}]}'],
)
/** A document as text, with its elements as text. */
const documents = fc
  .tuple(
    envelopes,
    fc.array(fc.tuple(objects, fc.constantFrom(undefined, 2, '\t'), blanks, blanks), {
      minLength: 1,
      maxLength: 8,
    }),
    blanks,
  )
  .map(([[open, close], items, last]) => {
    const elements = items.map(([value, indent]) => JSON.stringify(value, null, indent))
    const inner = items.map(([, , before, behind], i) => before + elements[i] + behind).join(',')
    return { text: `${open}${inner}${close}${last}`, elements }
  })
const chunkings = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 })
const blockSizes = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constant(4096))

describe('a JSON document', () => {
  it('is cut into its elements, whatever its blanks, chunks and blocks', async () => {
    await fc.assert(
      fc.asyncProperty(documents, chunkings, blockSizes, async ({ text, elements }, chunks, blockBytes) => {
        const lines = await read(text, chunks, { blockBytes })
        expect(textsOf(lines).map((it) => Buffer.from(it, 'latin1').toString())).toEqual(elements)
        expect(lines.faults).toEqual([])
        expect(lines.end.lineFeeds).toBe(text.split('\n').length - 1)
        expectTiled(text, lines.entries, lines.end.decodedBytes)
        for (const { offset, block } of elementsOf(lines)) {
          const sameStretch = elementsOf(lines).filter((it) => it.block === block)
          expect(Math.floor(offset / blockBytes)).toBe(Math.floor(sameStretch[0]!.offset / blockBytes))
        }
      }),
      { numRuns: 400 },
    )
  })

  it('has the elements that stream-json finds', async () => {
    const { default: parser } = await import('stream-json')
    const { default: streamArray } = await import('stream-json/streamers/stream-array.js')
    const { default: pick } = await import('stream-json/filters/pick.js')
    const { default: chain } = await import('stream-chain')
    await fc.assert(
      fc.asyncProperty(documents, async ({ text }) => {
        const filter = text.startsWith('[') ? [] : [pick({ filter: /^(records|logevents)$/i })]
        const values: unknown[] = []
        const pipeline = chain([Readable.from([text]), parser(), ...filter, streamArray()])
        for await (const { value } of pipeline as AsyncIterable<{ value: unknown }>) values.push(value)
        const own = textsOf(await read(text)).map((it) => JSON.parse(Buffer.from(it, 'latin1').toString()))
        expect(own).toEqual(values)
      }),
      { numRuns: 100 },
    )
  })

  it('tiles whatever is done to it, the same for all chunks', async () => {
    const cuts = fc.array(
      fc.tuple(
        fc.nat(400),
        fc.nat(9),
        fc.constantFrom('', '', '"', '{', '}', '[', ']', ',', '\n', '\r\n', '\\', 'x', '\0'),
      ),
      { minLength: 1, maxLength: 4 },
    )
    await fc.assert(
      fc.asyncProperty(
        documents,
        cuts,
        chunkings,
        blockSizes,
        fc.integer({ min: 4, max: 80 }),
        async (...given) => {
          const [{ text }, all, chunks, blockBytes, maxLineBytes] = given
          const kept = text.indexOf('[') + 2
          const broken = all.reduce(
            (it, [at, length, put]) => it.slice(0, kept + at) + put + it.slice(kept + at + length),
            text,
          )
          const whole = await read(broken, [65536], { blockBytes, maxLineBytes })
          if (whole.head.document === null) return
          expectTiled(broken, whole.entries, whole.end.decodedBytes)
          expect(await read(broken, chunks, { blockBytes, maxLineBytes })).toEqual(whole)
          expect(whole.end.lineFeeds).toBe(broken.split('\n').length - 1)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('is told from lines of JSON', async () => {
    for (const text of [
      '{"a":1}\n{"a":2}\n',
      '{"time":"x","records":[{"b":1}],"status":200}\n{"time":"y","records":[{"b":1}],"status":200}\n',
      '{"upstreams":[{"a":1}]}\n',
      '[Fri Aug 13 2021] [error] x\n',
      '["a",1]\n["b",2]\n',
    ]) {
      expect((await read(text)).head.document, text).toBeNull()
    }
    const one = await read('{"Records":[{"a":1}]}\n{"Records":[{"a":2},{"a":3}]}\n')
    expect(textsOf(one)).toEqual(['{"a":1}', '{"a":2}', '{"a":3}'])
    expect(one.faults).toEqual([])
  })

  it('may be several, one right behind the other, or be followed by lines', async () => {
    const two = await read('{"Records":[{"a":1},{"a":2}]}{"Records":[{"a":3}]}')
    expect(textsOf(two)).toEqual(['{"a":1}', '{"a":2}', '{"a":3}'])
    expect(two.faults).toEqual([])
    const mixed = await read('[{"a":1}]\r\n[{"a":2}]\n{"a":3}\n192.0.2.7 - - "x"\r\n[{"a":4}]')
    expect(textsOf(mixed)).toEqual(['{"a":1}', '{"a":2}', '{"a":3}', '192.0.2.7 - - "x"', '{"a":4}'])
    expect(codesOf(mixed)).toEqual(['damaged-document'])
  })

  it('that is damaged keeps what stands before and behind the damage', async () => {
    const pretty = JSON.stringify(
      [
        { id: 1, a: 'x' },
        { id: 2, a: 'y' },
        { id: 3, a: { b: 'z' } },
      ],
      null,
      2,
    )
    const lost = await read(pretty.replace('"a": "y"', '"a": "y'))
    expect(textsOf(lost).filter((it) => it.startsWith('{') && it.endsWith('}'))).toHaveLength(2)
    expect(codesOf(lost)).toEqual(['damaged-document'])
    expect(lost.faults[0]!.first!.offset).toBe(pretty.indexOf('"y"') + 2)

    const flat = `{"Records":[${[1, 2, 3, 4].map((id) => `{"id":${id},"a":{"b":"v"}}`).join(',')}]}`
    const missing = flat.replace('"b":"v"}},{"id":3', '"b":"v"},{"id":3')
    const resumed = await read(missing)
    expect(textsOf(resumed)).toEqual([
      '{"id":1,"a":{"b":"v"}}',
      '{"id":2,"a":{"b":"v"},',
      '{"id":3,"a":{"b":"v"}}',
      '{"id":4,"a":{"b":"v"}}',
    ])
    expect(resumed.faults).toMatchObject([
      { code: 'damaged-document', count: 1, first: { offset: missing.indexOf(',{"id":3') + 1 } },
    ])

    // a hole of zeros
    const hole = Buffer.from(flat)
    hole.fill(0, flat.indexOf('"id":2'), flat.indexOf('"id":3') + 3)
    expect(textsOf(await readLines(bytesSource(hole)))).toHaveLength(3)
  })

  it('that is cut off keeps its last piece as it stands', async () => {
    const text = '[{"a":1},{"a":2},{"a":"x'
    const cut = await read(text)
    expect(textsOf(cut)).toEqual(['{"a":1}', '{"a":2}', '{"a":"x'])
    expect(cut.faults).toMatchObject([{ code: 'truncated-document', first: { offset: text.length } }])
    for (const end of ['', ',', ' ,\n'])
      expect(codesOf(await read(`[{"a":1}${end}`))).toEqual(['truncated-document'])
    for (const end of ['', '\n']) expect(codesOf(await read(`[{"a":1}]${end}`))).toEqual([])
  })

  it('may be empty', async () => {
    for (const text of ['[]', '{"Records": [] }\n']) {
      const lines = await read(text)
      expect(elementsOf(lines)).toEqual([])
      expect(lines.faults).toEqual([])
    }
  })

  it('holds elements that are longer than a line may be, by their first part', async () => {
    const long = `{"a":"${'x'.repeat(3000)}"}`
    const lines = await read(`[{"a":1},${long},{"a":2}]`, [100], { maxLineBytes: 1000, blockBytes: 512 })
    expect(elementsOf(lines).map(({ kind, length }) => [kind, length])).toEqual([
      [LINE_TEXT, 7],
      [LINE_CUT, long.length],
      [LINE_TEXT, 7],
    ])
    expect(elementsOf(lines)[1]!.text).toBe(long.slice(0, 1000))
    expect(lines.faults).toMatchObject([{ code: 'line-too-long', first: { offset: 9, length: long.length } }])
  })

  it('of many megabytes in one line needs no more memory than its blocks', async () => {
    const element = '{"eventTime":"2021-08-14T12:00:00Z","sourceIPAddress":"192.0.2.7","n":[1,2,3]},'
    const piece = Buffer.from(element.repeat(10_000))
    async function* chunks() {
      yield Buffer.from('{"Records":[')
      for (let i = 0; i < 20; i++) yield piece
      yield Buffer.from('{"eventTime":"last"}]}')
    }
    const source = { name: 'one line', kind: 'stream' as const, reopens: false, open: chunks }
    const { readHead } = await import('../../src/decode/head.js')
    const reader = (await readHead(source)).openLines()
    let count = 0
    let largest = 0
    for (let block = await reader.next(); block !== null; block = await reader.next()) {
      count += block.lineKind.filter((kind) => kind === LINE_TEXT).length
      largest = Math.max(largest, block.bytes.length)
      block.release()
    }
    expect(count).toBe(200_001)
    expect(largest).toBeLessThan(1024 * 1024)
    expect(reader.faults.list()).toEqual([])
  })
})
