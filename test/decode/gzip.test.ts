import { createHash } from 'node:crypto'
import { createGunzip, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GZIP_KEPT_BYTES, GZIP_SLICE_BYTES } from '../../src/decode/gzip.js'
import { bytesSource, codesOf, type Lines, readLines, textOf } from './support.js'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

function logText(lineCount: number): string {
  return Array.from(
    { length: lineCount },
    (_, row) => `192.0.2.${row % 256} GET /item/${row * 7919} 200 ${(row * row) % 9973}\n`,
  ).join('')
}

/** Bytes that gzip cannot shrink, in lines. */
function noise(byteCount: number): Buffer {
  const bytes = Buffer.alloc(byteCount)
  let state = 1
  for (let at = 0; at < byteCount; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[at] = at % 80 === 79 ? 0x0a : 0x20 + (state >>> 24) / 3
  }
  return bytes
}

/** All that can be decoded, by another way: Node's gunzip, fed one byte a time. */
async function decodable(bytes: Uint8Array): Promise<string> {
  const gunzip = createGunzip()
  const output: Buffer[] = []
  gunzip.on('data', (chunk: Buffer) => output.push(chunk))
  const over = new Promise<void>((resolve) => {
    gunzip.on('error', () => resolve())
    gunzip.on('end', () => resolve())
  })
  for (const byte of bytes) {
    const written = new Promise<void>((resolve) => gunzip.write(Buffer.of(byte), () => resolve()))
    const isOver = await Promise.race([written.then(() => false), over.then(() => true)])
    if (isOver) break
  }
  await new Promise((resolve) => setImmediate(resolve))
  gunzip.destroy()
  return Buffer.concat(output).toString('latin1')
}

function decodedOf(lines: Lines): string {
  return textOf(lines).slice(0, lines.end.decodedBytes)
}

async function readEveryWay(bytes: Uint8Array): Promise<Lines> {
  const file = await readLines(bytesSource(bytes, [65536]))
  for (const other of [
    bytesSource(bytes, [1, 7, 3]),
    bytesSource(bytes, [65536], false),
    bytesSource(bytes, [5], false),
  ]) {
    expect(await readLines(other)).toEqual(file)
  }
  return file
}

describe('gzip', () => {
  it('is told by its first bytes, hashed as stored and as decoded', async () => {
    const text = Buffer.from(logText(800))
    const stored = gzipSync(text)
    const lines = await readEveryWay(stored)
    expect(lines.head.compression).toBe('gzip')
    expect(textOf(lines)).toBe(text.toString())
    expect(lines.end).toMatchObject({
      decodedBytes: text.length,
      decodedSha256: sha256(text),
      storedBytes: stored.length,
      storedSha256: sha256(stored),
    })
    expect(lines.faults).toEqual([])
    expect((await readLines(bytesSource(text))).entries).toEqual(lines.entries)
  })

  it('reads several members as one stream, a line across them as one line', async () => {
    const lines = await readEveryWay(
      Buffer.concat([gzipSync('one\ntw'), gzipSync(''), gzipSync('o\nthree\n')]),
    )
    expect(textOf(lines)).toBe('one\ntwo\nthree\n')
    expect(lines.faults).toEqual([])
  })

  it('reports a source that holds only an empty member as empty', async () => {
    expect(codesOf(await readEveryWay(gzipSync('')))).toEqual(['empty-source'])
  })

  it.each([
    ['zero bytes', Buffer.alloc(600), []],
    ['more zero bytes than a slice', Buffer.alloc(3 * GZIP_SLICE_BYTES), []],
    ['text', Buffer.from('not gzip'), ['trailing-garbage']],
    ['one line feed', Buffer.from('\n'), ['trailing-garbage']],
    ['zero bytes and then text', Buffer.from('\0\0x'), ['trailing-garbage']],
    [
      'zero bytes and then another member',
      Buffer.concat([Buffer.alloc(9), gzipSync('b\n')]),
      ['trailing-garbage'],
    ],
    ['the first byte of a member', Buffer.of(0x1f), ['truncated-gzip']],
    ['the beginning of a member', Buffer.of(0x1f, 0x8b, 8), ['truncated-gzip']],
  ])('reads what stands before %s behind the last member', async (_, rest, codes) => {
    const stored = Buffer.concat([gzipSync('a\n'), gzipSync('line\n'), rest])
    const lines = await readEveryWay(stored)
    expect(textOf(lines)).toBe('a\nline\n')
    expect(codesOf(lines)).toEqual(codes)
    expect(lines.end.storedSha256).toBe(sha256(stored))
  })

  it('decodes all that a file truncated at any byte still holds', async () => {
    const stored = gzipSync(logText(6))
    for (let length = 2; length < stored.length; length++) {
      const part = stored.subarray(0, length)
      const lines = await readLines(bytesSource(part))
      expect(decodedOf(lines)).toBe(await decodable(part))
      expect(codesOf(lines)).toEqual(['truncated-gzip'])
    }
  })

  it('decodes every byte of a member whose check value is damaged', async () => {
    const text = logText(900)
    for (const fromEnd of [1, 4, 5, 8]) {
      const stored = gzipSync(text)
      stored[stored.length - fromEnd]! ^= 0x10
      const lines = await readLines(bytesSource(stored))
      expect(textOf(lines)).toBe(text)
      expect(codesOf(lines)).toEqual(['corrupt-gzip'])
      expect(await readLines(bytesSource(stored, [1000], false))).toEqual(lines)
    }
  })

  it('decodes up to the damage wherever a bit is flipped, from a file as from a stream', async () => {
    const members = Buffer.concat([gzipSync(logText(12)), gzipSync(logText(9))])
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: members.length - 1 }),
        fc.integer({ min: 0, max: 7 }),
        async (at, bit) => {
          const stored = Buffer.from(members)
          stored[at]! ^= 1 << bit
          const lines = await readEveryWay(stored)
          expect(decodedOf(lines)).toBe(await decodable(stored))
          expect(lines.end.storedSha256).toBe(sha256(stored))
          expect(lines.end.decodedSha256).toBe(sha256(Buffer.from(decodedOf(lines), 'latin1')))
        },
      ),
      { numRuns: 40 },
    )
  })

  it('decodes up to damage many slices into a file', async () => {
    const text = noise(200_000)
    const stored = gzipSync(text)
    stored[stored.length - 3]! ^= 1
    const lines = await readEveryWay(stored)
    expect(lines.end.decodedSha256).toBe(sha256(text))
    expect(lines.faults).toMatchObject([{ code: 'corrupt-gzip', first: { offset: text.length, length: 0 } }])
  })

  it('loses at most a slice of a damaged stream that was too long to be kept, and nothing of such a file', async () => {
    const text = noise(Math.ceil(GZIP_KEPT_BYTES * 1.3))
    const stored = gzipSync(text, { level: 1 })
    expect(stored.length).toBeGreaterThan(GZIP_KEPT_BYTES)
    stored[stored.length - 5]! ^= 1
    const file = await readLines(bytesSource(stored))
    expect(file.end.decodedSha256).toBe(sha256(text))
    const stream = await readLines(bytesSource(stored, [65536], false))
    expect(codesOf(stream)).toEqual(['corrupt-gzip'])
    expect(stream.end.decodedBytes).toBeLessThan(text.length)
    expect(stream.end.decodedBytes).toBeGreaterThan(text.length - 2 * GZIP_SLICE_BYTES)
    expect(stream.end.decodedSha256).toBe(sha256(text.subarray(0, stream.end.decodedBytes)))
    expect(stream.end.storedSha256).toBe(file.end.storedSha256)
  })

  it('puts the faults of lines before the fault that ends the source', async () => {
    const stored = gzipSync(Buffer.from(`${'x'.repeat(50)}\n${'\0'.repeat(9)}tail`))
    const lines = await readLines(bytesSource(stored.subarray(0, -3)), { maxLineBytes: 10 })
    expect(codesOf(lines)).toEqual(['line-too-long', 'nul-run', 'truncated-gzip'])
  })
})
