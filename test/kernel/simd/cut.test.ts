import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arenaOfThread } from '../../../src/core/arena.js'
import { FaultLog } from '../../../src/core/faults.js'
import { BlockMemory } from '../../../src/decode/block.js'
import { LineCutter } from '../../../src/decode/cut.js'
import { SPARE_BYTES } from '../../../src/decode/limits.js'
import { unitsOf } from '../../../src/decode/units.js'
import { kernelOfThread } from '../../../src/kernel/simd/instance.js'

/** Bytes behind the text that a search which goes too far would take for lines. */
const BEHIND = Buffer.alloc(SPARE_BYTES, '\r\n')

function memoryOf(text: Buffer, isInArena: boolean): BlockMemory {
  const memory = new BlockMemory()
  memory.append(text, 0, text.length)
  memory.raw.set(BEHIND, text.length)
  if (!isInArena) memory.raw = Buffer.from(memory.raw)
  return memory
}

/** All that is made of the whole lines of a text, by the kernel or without it. */
function cut(text: Buffer, at: number, base: number, longest: number, isInArena: boolean) {
  const memory = memoryOf(text, isInArena)
  const faults = new FaultLog()
  const cutter = new LineCutter(unitsOf('utf-8'), longest, faults)
  cutter.cutWhole(memory, at, text.length, base)
  const { table } = memory
  const entries = Array.from({ length: table.lineCount }, (_, i) => [
    table.lineStart[i],
    table.lineEnd[i],
    table.placeOffset[i],
    table.placeLength[i],
    table.lineNumber[i],
    table.lineKind[i],
  ])
  memory.free()
  return { entries, lineFeeds: cutter.lineFeeds, faults: faults.list() }
}

const spicy = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0x0a) },
  { weight: 2, arbitrary: fc.constant(0x0d) },
  { weight: 1, arbitrary: fc.constant(0x00) },
  { weight: 20, arbitrary: fc.integer({ min: 0x61, max: 0x64 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 255 }) },
)

describe('cutting lines with the kernel', () => {
  it('gives the entries that TypeScript gives', () => {
    fc.assert(
      fc.property(
        fc.array(spicy, { maxLength: 400, size: 'max' }),
        fc.nat({ max: 20 }),
        fc.constantFrom(0, 2 ** 40),
        fc.constantFrom(1, 5, 64, 2 ** 40),
        (bytes, at, base, longest) => {
          const text = Buffer.from([...bytes, 0x0a])
          const start = Math.min(at, text.length)
          expect(cut(text, start, base, longest, true)).toEqual(cut(text, start, base, longest, false))
        },
      ),
      { numRuns: 500 },
    )
  })

  it('makes the table larger as it goes', () => {
    const text = Buffer.from('a\nbc\r\n\n\0d\n'.repeat(3000))
    const made = cut(text, 0, 0, 64, true)
    expect(made.entries.length).toBe(5 * 3000)
    expect(made).toEqual(cut(text, 0, 0, 64, false))
  })

  it('stops at what is for TypeScript', () => {
    const kernel = kernelOfThread()!
    const lines = (text: string, to: number, longest: number, capacity: number) => {
      const { buffer } = arenaOfThread()!
      const memory = memoryOf(Buffer.from(text), true)
      expect(memory.raw.buffer).toBe(buffer)
      const { byteOffset } = memory.table.placeOffset
      const count = kernel.cut(memory.raw.byteOffset, 0, to, 0, longest, byteOffset, capacity, 0, 1)
      memory.free()
      return [count, kernel.cutEnd()]
    }
    const plain = `${'x'.repeat(100)}\r\n`.repeat(20)
    expect(lines(plain, plain.length, 100, 64)).toEqual([20, plain.length])
    expect(lines(plain, 250, 100, 64)).toEqual([2, 204])
    expect(lines(plain, plain.length, 100, 7)).toEqual([7, 7 * 102])
    expect(lines(plain, plain.length, 99, 64)).toEqual([0, 0])
    expect(lines('a\n\0b\nc\n', 7, 99, 64)).toEqual([1, 2])
    expect(lines('a\n\n\0\n', 5, 99, 64)).toEqual([2, 3])
  })

  it('finds lines at the very end of memory', () => {
    const { buffer } = arenaOfThread()!
    const kernel = kernelOfThread()!
    const memory = new BlockMemory()
    for (let length = 1; length < 70; length++) {
      const start = buffer.byteLength - SPARE_BYTES - length
      const text = Buffer.from(buffer as ArrayBuffer, start, length + SPARE_BYTES).fill('\n')
      text.fill('y', 0, length - 1)
      const { byteOffset } = memory.table.placeOffset
      expect(kernel.cut(start, 0, length, 0, 99, byteOffset, 64, 0, 1)).toBe(1)
      expect(kernel.cutEnd()).toBe(length)
    }
    memory.free()
  })
})
