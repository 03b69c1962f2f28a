import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PackedTable } from '../../src/core/packed-table.js'

const STRIDE = 6

/** Few keys that collide much: slots follow the high word. */
const key = fc.tuple(fc.nat(40), fc.constantFrom(0, 1, 2, 64, 128, -1))
const step = fc.oneof(
  { weight: 12, arbitrary: fc.record({ what: fc.constant('put' as const), key, value: fc.nat() }) },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant('keep' as const), divisor: fc.integer({ min: 2, max: 9 }) }),
  },
)

/** (0, 0) is stored as (1, 0); the model does the same. */
const nameOf = (low: number, high: number) => (low === 0 && high === 0 ? '1:0' : `${low}:${high}`)

function contentOf(table: PackedTable): Map<string, [number, number]> {
  const content = new Map<string, [number, number]>()
  table.forEach((record) => {
    const base = record * STRIDE
    content.set(nameOf(table.words[base]!, table.words[base + 1]!), [
      table.words[base + 2]!,
      table.doubles[(base + 4) >> 1]!,
    ])
  })
  return content
}

describe('a packed table', () => {
  it('holds what a Map holds', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 400, size: 'max' }),
        fc.integer({ min: 1, max: 300 }),
        (steps, most) => {
          const table = new PackedTable(STRIDE, most)
          const model = new Map<string, [number, number]>()
          for (const it of steps) {
            if (it.what === 'put') put(table, model, it.key[0], it.key[1], it.value, most)
            else {
              const isKept = ([word]: [number, number]) => word % it.divisor !== 0
              table.retain((record) => isKept([table.words[record * STRIDE + 2]!, 0]))
              for (const [name, value] of model) if (!isKept(value)) model.delete(name)
            }
            expect(table.count).toBe(model.size)
          }
          expect(contentOf(table)).toEqual(model)
          for (const name of model.keys()) {
            const [low, high] = name.split(':').map(Number) as [number, number]
            expect(table.find(low, high)).toBeGreaterThanOrEqual(0)
          }
          expect(table.find(41, 7)).toBe(-1)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('holds what a Map holds where it doubles in place, also at both ends of its buffer', () => {
    const table = new PackedTable(4, 1 << 20)
    const model = new Map<string, number>()
    const put = (low: number, high: number) => {
      if (model.has(nameOf(low, high))) return
      const record = table.insert(low, high)
      table.words[record * 4 + 2] = low
      model.set(nameOf(low, high), low)
    }
    const buffers = new Set<ArrayBufferLike>()
    for (let i = 1; i <= 300_000; i++) {
      put(i, Math.imul(i, 0x9e3779b1))
      // long runs at the last slots and the first, as far as the table ever grows
      if (i % 1000 === 0) for (const high of [-1, -2, 0, 1]) put(i, high)
      buffers.add(table.words.buffer)
    }
    expect(buffers.size).toBeLessThan(Math.log2(table.byteLength / 1024))
    const expectAll = () => {
      expect(table.count).toBe(model.size)
      let wrong = 0
      for (const [name, value] of model) {
        const [low, high] = name.split(':').map(Number) as [number, number]
        if (table.words[table.find(low, high) * 4 + 2] !== value) wrong++
      }
      expect(wrong).toBe(0)
    }
    expectAll()
    for (const divisor of [2, 3, 50]) {
      table.retain((record) => table.words[record * 4 + 2]! % divisor === 0)
      for (const [name, value] of model) if (value % divisor !== 0) model.delete(name)
      expectAll()
    }
  })

  it('takes exactly as many records as it may, and then says no', () => {
    for (const most of [1, 38, 39, 77, 1000]) {
      const table = new PackedTable(2, most)
      for (let i = 0; i < most; i++)
        expect(table.insert(i + 1, Math.imul(i, 0x9e3779b1))).toBeGreaterThanOrEqual(0)
      expect(table.insert(most + 1, 5)).toBe(-1)
      expect(table.count).toBe(most)
      table.retain((record) => table.words[2 * record]! > 1)
      expect(table.insert(most + 1, 5)).toBeGreaterThanOrEqual(0)
    }
  })

  it('gives a new record zeroes, also where another one was', () => {
    const table = new PackedTable(STRIDE, 10)
    const before = table.insert(1, 1)
    table.words.fill(7, before * STRIDE + 2, (before + 1) * STRIDE)
    table.retain(() => false)
    const after = table.insert(1, 1)
    expect([...table.words.subarray(after * STRIDE + 2, (after + 1) * STRIDE)]).toEqual([0, 0, 0, 0])
  })

  it('grows with what it holds and shrinks when most is gone', () => {
    const table = new PackedTable(4, 100_000)
    const small = table.byteLength
    for (let i = 1; i <= 50_000; i++) table.insert(i, Math.imul(i, 0x9e3779b1))
    const large = table.byteLength
    expect(large).toBeGreaterThan(50_000 * 16)
    expect(large).toBeLessThan(50_000 * 16 * 4)
    table.retain((record) => table.words[4 * record]! <= 10)
    expect(table.byteLength).toBeLessThan(small * 4)
    expect(table.count).toBe(10)
    for (let i = 1; i <= 10; i++) expect(table.find(i, Math.imul(i, 0x9e3779b1))).toBeGreaterThanOrEqual(0)
  })

  it('asks once for each record which to keep, before anything moves', () => {
    const table = new PackedTable(4, 1000)
    for (let i = 1; i <= 500; i++) {
      const record = table.insert(i, i * 64)
      table.words[4 * record + 2] = i
    }
    const asked: number[] = []
    table.retain((record) => asked.push(table.words[4 * record + 2]!) > 0)
    expect(asked.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, i) => i + 1))
  })

  it('rounds an odd stride up, so that doubles stand on even words', () => {
    expect(new PackedTable(3, 10).stride).toBe(4)
  })
})

function put(
  table: PackedTable,
  model: Map<string, [number, number]>,
  low: number,
  high: number,
  value: number,
  most: number,
): void {
  const name = nameOf(low, high)
  let record = table.find(low, high)
  expect(record >= 0, name).toBe(model.has(name))
  if (record < 0) {
    record = table.insert(low, high)
    expect(record >= 0).toBe(model.size < most)
    if (record < 0) return
  }
  table.words[record * STRIDE + 2] = value
  table.doubles[(record * STRIDE + 4) >> 1] = value / 3
  model.set(name, [value, value / 3])
}
