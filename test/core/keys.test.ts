import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { joinKeys, type KeySeed, keyOfText, mix32, writeKey } from '../../src/core/keys.js'

const seed = fc.record({ a: fc.integer(), b: fc.integer() })

function keyOf(bytes: Uint8Array, start: number, length: number, by: KeySeed): string {
  const out = new Int32Array(4)
  writeKey(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), start, length, by, out, 1)
  expect([out[0], out[3]]).toEqual([0, 0])
  return `${out[1]}:${out[2]}`
}

function joined(a: readonly [number, number], b: readonly [number, number]): string {
  const out = new Int32Array(2)
  joinKeys(a[0], a[1], b[0], b[1], out, 0)
  return `${out[0]}:${out[1]}`
}

/** The definition, a word at a time: four lanes a row, the words dealt out to them in turn, sixteen bytes after sixteen. */
function plainKey(bytes: Uint8Array, by: KeySeed): string {
  const { length } = bytes
  const words = new DataView(new ArrayBuffer(16 * Math.ceil(length / 16)))
  new Uint8Array(words.buffer).set(bytes)
  const step = (lane: number, word: number, mix: number, left: number) => {
    const h = Math.imul(lane ^ word, mix)
    return (h << left) | (h >>> (32 - left))
  }
  const a = [by.a ^ length, by.a ^ 0x9e3779b9, by.a ^ 0x3c6ef372, by.a ^ 0xdaa66d2b]
  const b = [by.b, by.b ^ 0x9e3779b9, by.b ^ 0x3c6ef372, by.b ^ 0xdaa66d2b]
  for (let at = 0; at < words.byteLength; at += 16) {
    const four = [0, 4, 8, 12].map((i) => words.getInt32(at + i, true))
    four.forEach((word, i) => {
      a[i] = step(a[i]!, word, 0x85ebca6b, 13)
    })
    four.forEach((word, i) => {
      b[i] = step(b[i]!, word ^ a[(i + 3) & 3]!, 0xc2b2ae35, 15)
    })
  }
  const turned = (h: number, i: number) => (i === 0 ? h : (h << (8 * i)) | (h >>> (32 - 8 * i)))
  return [a, b].map((row) => row.map(mix32).reduce((h, lane, i) => h ^ turned(lane, i), 0)).join(':')
}

const letter = (n: number) => String.fromCharCode(97 + n)

describe('keys', () => {
  it('are what the definition says, for every length, with room behind the text and without', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 70, size: 'max' }),
        fc.nat({ max: 20 }),
        seed,
        (text, room, by) => {
          const all = Uint8Array.from([...text, ...new Uint8Array(room).fill(0xff)])
          expect(keyOf(all, 0, text.length, by)).toBe(plainKey(text, by))
        },
      ),
      { numRuns: 1000 },
    )
  })

  it.each([
    ['letters at the ends of two words', (x: number, y: number) => `/te${letter(x)}t/e${letter(y)}port`],
    ['letters sixteen bytes apart', (x: number, y: number) => `/te${letter(x)}t/abcdefghijkl${letter(y)}ort`],
    [
      'letters in one lane, and the word behind it',
      (x: number, y: number) => `/te${letter(x)}t/abcdefghi${letter(y)}${letter(y)}kort/x`,
    ],
    ['numbers of addresses', (x: number, y: number) => `10.${x}.0.${y}`],
    ['numbers far apart', (x: number, y: number) => `/a/${x}/abcdefghijklmnopqrstuvwxyz/${y}/export`],
  ])('are as many as the texts that differ in two places: %s', (_, textOf) => {
    const texts = Array.from({ length: 26 * 26 }, (_, n) => textOf(n % 26, Math.floor(n / 26)))
    fc.assert(
      fc.property(seed, (by) => {
        const bytes = texts.map((text) => new TextEncoder().encode(text))
        expect(new Set(bytes.map((it) => keyOf(it, 0, it.length, by))).size).toBe(texts.length)
      }),
      { numRuns: 60 },
    )
  })

  it('depend on the bytes alone, not on where they stand or what is around them', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 70, size: 'max' }),
        fc.uint8Array({ maxLength: 9 }),
        fc.uint8Array({ maxLength: 9 }),
        seed,
        (text, before, behind, by) => {
          const all = Uint8Array.from([...before, ...text, ...behind])
          expect(keyOf(all, before.length, text.length, by)).toBe(keyOf(text, 0, text.length, by))
        },
      ),
    )
  })

  it('are those of the UTF-8 bytes of a text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), seed, (text, by) => {
        const out = new Int32Array(2)
        keyOfText(text, by, out, 0)
        const bytes = new TextEncoder().encode(text)
        expect(`${out[0]}:${out[1]}`).toBe(keyOf(bytes, 0, bytes.length, by))
      }),
    )
  })

  it('read no byte outside the range', () => {
    const bytes = new Uint8Array(8)
    for (let length = 0; length <= 8; length++)
      expect(() => keyOf(bytes.subarray(8 - length), 0, length, { a: 1, b: 2 })).not.toThrow()
  })

  it('tell apart texts that a log is full of: a hundred thousand addresses, paths and lengths of zeroes', () => {
    for (const by of [
      { a: 0, b: 0 },
      { a: 123, b: -456 },
    ]) {
      const seen = new Set<string>()
      const add = (bytes: Uint8Array) => seen.add(keyOf(bytes, 0, bytes.length, by))
      for (let i = 0; i < 50_000; i++) {
        add(Buffer.from(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`))
        add(Buffer.from(`/customers/${i}/orders`))
      }
      for (let length = 0; length < 200; length++) add(new Uint8Array(length))
      expect(seen.size).toBe(100_200)
    }
  })

  it('spread over tables of any power of two, by either word', () => {
    const out = new Int32Array(2)
    const counts = [new Int32Array(64), new Int32Array(64)]
    for (let i = 0; i < 64_000; i++) {
      keyOfText(`203.0.113.${i}`, { a: 7, b: 9 }, out, 0)
      counts[0]![out[0]! & 63]!++
      counts[1]![out[1]! >>> 26]!++
    }
    // a thousand each; six standard deviations are 190
    for (const count of counts.flatMap((own) => [...own])) expect(Math.abs(count - 1000)).toBeLessThan(190)
  })

  it('are others under another seed', () => {
    const keys = [0, 1, 2, 3].map((n) => keyOf(Buffer.from('203.0.113.9'), 0, 11, { a: n & 1, b: n >> 1 }))
    expect(new Set(keys).size).toBe(4)
  })

  it('join to a key that depends on both and on their order', () => {
    const seen = new Set<string>()
    for (let a = 0; a < 150; a++) for (let b = 0; b < 150; b++) seen.add(joined([a, a * 7], [b, 0]))
    expect(seen.size).toBe(150 * 150)
    expect(joined([1, 2], [3, 4])).not.toBe(joined([3, 4], [1, 2]))
  })
})
