/**
 * zstd and bzip2. The samples were written by `zstd -19`, by `zstd -3 --no-check` of a pipe and by `bzip2 -1`, of the text
 * that `logText` makes.
 */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeZstdCodec } from '../../src/decode/zstd.js'
import { bytesSource, codesOf, type Lines, readLines, textOf } from './support.js'

const sample = (name: string) => readFileSync(join(import.meta.dirname, 'samples', name))
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

const logText = Array.from(
  { length: 12_000 },
  (_, row) => `192.0.2.${row % 256} GET /item/${row * 7919} 200 ${(row * row) % 9973}\n`,
).join('')

const decodedOf = (lines: Lines) => textOf(lines).slice(0, lines.end.decodedBytes)

async function readEveryWay(bytes: Uint8Array): Promise<Lines> {
  const file = await readLines(bytesSource(bytes))
  for (const other of [bytesSource(bytes, [977, 1, 7]), bytesSource(bytes, [65536], false)]) {
    const again = await readLines(other)
    expect(again.end).toEqual(file.end)
    expect(again.faults).toEqual(file.faults)
    expect(again.entries.length).toBe(file.entries.length)
  }
  expect(file.end.storedBytes).toBe(bytes.length)
  expect(file.end.storedSha256).toBe(sha256(bytes))
  return file
}

// ---- zstd by hand, by its grammar: RFC 8878

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd]
const block = (type: number, size: number, isLast: boolean) => {
  const bits = (isLast ? 1 : 0) | (type << 1) | (size << 3)
  return [bits & 255, (bits >> 8) & 255, bits >> 16]
}
const raw = (text: string, isLast = true) => [...block(0, text.length, isLast), ...Buffer.from(text)]
/** Window of 1 KiB, no size, no checksum. */
const frame = (...blocks: number[][]) => [...MAGIC, 0x00, 0x00, ...blocks.flat()]
const skippable = (size: number) => [
  0x53,
  0x2a,
  0x4d,
  0x18,
  size,
  0,
  0,
  0,
  ...new Array<number>(size).fill(0x41),
]
const bytesOf = (...parts: number[][]) => Uint8Array.from(parts.flat())

const ZSTD = ['log.zst', 'log.no-check.zst']

describe('zstd', () => {
  it.each(ZSTD)('is told by its first bytes, hashed as stored and as decoded (%s)', async (name) => {
    const lines = await readEveryWay(sample(name))
    expect(lines.head.compression).toBe('zstd')
    expect(decodedOf(lines)).toBe(logText)
    expect(lines.end.decodedSha256).toBe(sha256(Buffer.from(logText)))
    expect(lines.faults).toEqual([])
    expect((await readLines(bytesSource(Buffer.from(logText)))).entries).toEqual(lines.entries)
  })

  it('reads several frames as one stream, and steps over skippable ones', async () => {
    const one = sample('log.zst')
    const all = Buffer.concat([
      bytesOf(skippable(0)),
      one,
      bytesOf(skippable(200)),
      sample('log.no-check.zst'),
    ])
    const lines = await readEveryWay(all)
    expect(decodedOf(lines)).toBe(logText + logText)
    expect(lines.faults).toEqual([])
    const small = await readEveryWay(
      bytesOf(frame(raw('a\nb')), skippable(3), frame(raw('', false), raw('c\n'))),
    )
    expect(textOf(small)).toBe('a\nbc\n')
    const repeated = bytesOf(frame([...block(1, 3, false), 0x78], raw('\n')))
    expect(textOf(await readEveryWay(repeated))).toBe('xxx\n')
  })

  it.each(ZSTD)('that is cut off gives every block that is whole (%s)', async (name) => {
    const whole = sample(name)
    let last = 0
    for (const share of [0.02, 0.3, 0.6, 0.9, 0.999]) {
      const cut = await readEveryWay(whole.subarray(0, Math.floor(whole.length * share)))
      const decoded = decodedOf(cut)
      expect(logText.startsWith(decoded)).toBe(true)
      expect(decoded.length).toBeGreaterThanOrEqual(last)
      last = decoded.length
      expect(cut.faults).toMatchObject([{ code: 'truncated-compressed', first: { offset: decoded.length } }])
    }
    // a block holds 128 KiB: what is missing is in the last one
    expect(last).toBeGreaterThan(logText.length - 128 * 1024 - 1)
    const hand = await readEveryWay(bytesOf(frame(raw('a\n', false), raw('b\n', false)), [1]))
    expect(textOf(hand)).toBe('a\nb\n')
    expect(codesOf(hand)).toEqual(['truncated-compressed'])
  })

  it('that is damaged gives all blocks before the damage, and says so, wherever a byte is changed', async () => {
    const whole = sample('log.zst')
    const original = Buffer.from(logText)
    for (let at = 6; at < whole.length; at += 1597) {
      const damaged = Buffer.from(whole)
      damaged[at]! ^= 0x55
      const lines = await readLines(bytesSource(damaged))
      expect(lines.faults.length, `byte ${at}`).toBeGreaterThan(0)
      const decoded = Buffer.from(decodedOf(lines), 'latin1')
      // 128 KiB blocks of a stored size that is nearly even
      const before = Math.floor((at / whole.length) * 0.9 * (original.length / 131072)) * 131072
      const same = Math.min(before, decoded.length)
      expect(decoded.subarray(0, same).equals(original.subarray(0, same)), `byte ${at}`).toBe(true)
      expect(lines.end.storedBytes).toBe(whole.length)
    }
    const first = await readEveryWay(
      bytesOf(frame(raw('a\n', false), raw('b\n', false), block(3, 1, true)), [1, 2, 3]),
    )
    expect(textOf(first)).toBe('a\nb\n')
    expect(first.faults).toMatchObject([{ code: 'corrupt-compressed', first: { offset: 4 } }])
  })

  it('with a wrong checksum is read whole, and says so', async () => {
    const damaged = Buffer.from(sample('log.zst'))
    damaged[damaged.length - 1]! ^= 1
    const lines = await readEveryWay(damaged)
    expect(decodedOf(lines)).toBe(logText)
    expect(codesOf(lines)).toEqual(['corrupt-compressed'])
    expect(lines.faults[0]!.detail).toContain('checksum')
  })

  it('followed by something else is read up to that', async () => {
    const lines = await readEveryWay(Buffer.concat([sample('log.zst'), Buffer.from('no zstd')]))
    expect(decodedOf(lines)).toBe(logText)
    expect(codesOf(lines)).toEqual(['trailing-garbage'])
  })

  it('that asks for more memory than a window may have, or for a dictionary, is refused before it gets any', async () => {
    const windowOf = (exponent: number) => (exponent - 10) << 3
    const huge = await readEveryWay(bytesOf(MAGIC, [0x00, windowOf(31)], raw('a\n')))
    expect(huge.faults).toMatchObject([{ code: 'corrupt-compressed' }])
    expect(huge.faults[0]!.detail).toContain('window of 2147483648 bytes')
    const single = await readEveryWay(bytesOf(MAGIC, [0xe0, 0, 0, 0, 0, 1, 0, 0, 0], raw('a\n')))
    expect(single.faults[0]!.detail).toContain('window of 4294967296 bytes')
    const dictionary = await readEveryWay(bytesOf(MAGIC, [0x01, 0x00, 0x07], raw('a\n')))
    expect(dictionary.faults[0]!.detail).toContain('dictionary')
  })

  it('that stands for much more than memory holds is given block by block', async () => {
    // a window of 128 KiB, and blocks of one letter
    const blocks = Array.from({ length: 4000 }, () => [...block(1, 100_000, false), 0x78])
    const codec = await makeZstdCodec()
    const pieces = codec.push(Buffer.from([...MAGIC, 0x00, 7 << 3, ...blocks.flat()]))
    let count = 0
    for (const { length } of pieces) {
      expect(length).toBe(100_000)
      count++
    }
    expect(count).toBe(4000)
  })
})

describe('bzip2', () => {
  it('is told by its first bytes, hashed as stored and as decoded', async () => {
    const lines = await readEveryWay(sample('log.bz2'))
    expect(lines.head.compression).toBe('bzip2')
    expect(decodedOf(lines)).toBe(logText)
    expect(lines.faults).toEqual([])
  })

  it('reads several streams as one', async () => {
    const lines = await readEveryWay(Buffer.concat([sample('log.bz2'), sample('log.bz2')]))
    expect(decodedOf(lines)).toBe(logText + logText)
    expect(lines.faults).toEqual([])
  })

  it('that is cut off or damaged gives the blocks that are whole', async () => {
    const whole = sample('log.bz2')
    for (const share of [0.1, 0.5, 0.9, 0.9999]) {
      const cut = await readEveryWay(whole.subarray(0, Math.floor(whole.length * share)))
      // -1: blocks of 100 kB
      const sure = Math.max(0, Math.floor(logText.length * share) - 2 * 100_000)
      expect(logText.startsWith(decodedOf(cut))).toBe(true)
      expect(cut.end.decodedBytes).toBeGreaterThanOrEqual(sure)
      expect(codesOf(cut)).toEqual(['truncated-compressed'])
    }
    for (let at = 20; at < whole.length; at += 3989) {
      const damaged = Buffer.from(whole)
      damaged[at]! ^= 0x55
      const lines = await readLines(bytesSource(damaged))
      expect(logText.startsWith(decodedOf(lines)), `byte ${at}`).toBe(true)
      expect(lines.faults.length, `byte ${at}`).toBe(1)
      expect(lines.end.storedBytes).toBe(whole.length)
    }
  })

  it('followed by something else is read up to that', async () => {
    const lines = await readEveryWay(Buffer.concat([sample('log.bz2'), Buffer.from('no bzip2 here')]))
    expect(decodedOf(lines)).toBe(logText)
    expect(codesOf(lines)).toEqual(['trailing-garbage'])
  })
})
