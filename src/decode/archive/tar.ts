import type { Source } from '../../evidence/contract.js'
import { Damage } from '../stored.js'
import { type ArchiveBytes, isHidden, type Listing, memberName } from './contract.js'

const RECORD = 512
/** Names and attributes that stand before a member; more is an attack. */
const MAX_ATTRIBUTE_BYTES = 1024 * 1024

/** A header is told by its checksum, which covers all of it. */
export function isTar(bytes: Uint8Array): boolean {
  return bytes.length >= RECORD && isHeader(Buffer.from(bytes.subarray(0, RECORD)))
}

interface Member {
  readonly path: string
  /** `0` or NUL for a regular file. */
  readonly type: string
  readonly start: number
  readonly size: number
}

/**
 * Lists the members of a tar archive by their places, so that each can be read without those before it where the archive
 * is not compressed. Reads ustar, pax and GNU headers.
 *
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06
 */
export async function listTar(bytes: ArchiveBytes, name: string, kind: Source['kind']): Promise<Listing> {
  const members: Source[] = []
  const notRead: { name: string; reason: string }[] = []
  const end = await walk(bytes, (member) => {
    const { path, type, size } = member
    if (type === '5' || isHidden(path)) return
    const full = memberName(name, path)
    if (type === '0' || type === '\0' || type === '7') {
      members.push({
        name: full,
        kind,
        storedBytes: size,
        reopens: true,
        open: () => memberBytes(bytes, member),
      })
    } else
      notRead.push({ name: full, reason: type === 'S' ? 'a sparse file' : 'a link or device in the archive' })
  })
  if (end !== null) notRead.push({ name, reason: end })
  return { members, notRead }
}

async function* memberBytes(bytes: ArchiveBytes, { start, size }: Member): AsyncGenerator<Uint8Array> {
  let read = 0
  for await (const chunk of bytes.range(start, start + size)) {
    read += chunk.length
    yield chunk
  }
  if (read < size) {
    throw new Damage(
      'truncated-compressed',
      `the archive ends after ${read} of the ${size} bytes of this member`,
    )
  }
}

/** Calls `onMember` for each member. Returns why it stopped before the end of the archive, or null. */
async function walk(bytes: ArchiveBytes, onMember: (member: Member) => void): Promise<string | null> {
  const records = new Records(bytes.range(0, bytes.length))
  let attributes = new Map<string, string>()
  try {
    for (;;) {
      const header = await records.take(RECORD)
      if (header.length === 0) return null
      if (header.length < RECORD) return 'the archive ends in the middle of a header'
      // two records of zeros end an archive; what is behind them, as with tar -i, is read on
      if (header.every((byte) => byte === 0)) continue
      if (!isHeader(header))
        return `at byte ${records.position - RECORD} of the archive there is no header; what is behind was not read`
      const type = String.fromCharCode(header[156]!)
      const size = Number(attributes.get('size') ?? numberAt(header, 124, 12))
      const padded = Math.ceil(size / RECORD) * RECORD
      if (type === 'x' || type === 'L' || type === 'g' || type === 'K') {
        if (size > MAX_ATTRIBUTE_BYTES) return 'a header of the archive is longer than any name'
        const text = (await records.take(padded)).subarray(0, size)
        if (type === 'x') for (const [key, value] of paxOf(text)) attributes.set(key, value)
        if (type === 'L') attributes.set('path', textAt(text, 0, text.length))
        continue
      }
      onMember({ path: attributes.get('path') ?? pathOf(header), type, start: records.position, size })
      attributes = new Map()
      await records.skip(padded)
    }
  } catch (error) {
    if (error instanceof Damage) return error.message
    throw error
  } finally {
    await records.close()
  }
}

/** Takes pieces of a stream, by their length. */
class Records {
  position = 0
  readonly #chunks: AsyncIterator<Uint8Array>
  #chunk: Uint8Array = new Uint8Array(0)

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  /** The next bytes, copied; fewer at the end. */
  async take(length: number): Promise<Buffer> {
    const taken = Buffer.alloc(length)
    const filled = await this.#advance(length, (bytes, at) => taken.set(bytes, at))
    return taken.subarray(0, filled)
  }

  async skip(length: number): Promise<void> {
    await this.#advance(length, () => {})
  }

  async close(): Promise<void> {
    await this.#chunks.return?.()
  }

  async #advance(length: number, use: (bytes: Uint8Array, at: number) => void): Promise<number> {
    let at = 0
    while (at < length) {
      if (this.#chunk.length === 0) {
        const { done, value } = await this.#chunks.next()
        if (done) break
        this.#chunk = value
      }
      const bytes = this.#chunk.subarray(0, length - at)
      use(bytes, at)
      at += bytes.length
      this.#chunk = this.#chunk.subarray(bytes.length)
    }
    this.position += at
    return at
  }
}

function isHeader(header: Buffer): boolean {
  let sum = 0
  for (let at = 0; at < RECORD; at++) sum += at >= 148 && at < 156 ? 0x20 : header[at]!
  return sum > 8 * 0x20 && sum === numberAt(header, 148, 8)
}

/** Octal digits, or, of GNU tar, a number in base 256 behind a first bit that is set. NaN for neither. */
function numberAt(header: Buffer, at: number, length: number): number {
  if ((header[at]! & 0x80) !== 0) {
    let value = header[at]! & 0x7f
    for (let i = at + 1; i < at + length; i++) value = value * 256 + header[i]!
    return value
  }
  const digits = textAt(header, at, length).trim()
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || '0', 8) : Number.NaN
}

function pathOf(header: Buffer): string {
  const prefix = header.toString('latin1', 257, 263) === 'ustar\0' ? textAt(header, 345, 155) : ''
  const name = textAt(header, 0, 100)
  return prefix === '' ? name : `${prefix}/${name}`
}

function textAt(bytes: Buffer, at: number, length: number): string {
  const end = bytes.subarray(at, at + length).indexOf(0)
  return bytes.toString('utf8', at, end < 0 ? at + length : at + end)
}

/** `LENGTH KEY=VALUE\n`, the length in bytes and of the whole. */
function paxOf(text: Buffer): [string, string][] {
  const pairs: [string, string][] = []
  for (let at = 0; at < text.length; ) {
    const length = Number.parseInt(text.toString('latin1', at, at + 20), 10)
    if (!(length > 0)) break
    const [, key, value] = /^\d+ ([^=]*)=(.*)\n$/s.exec(text.toString('utf8', at, at + length)) ?? []
    if (key !== undefined && value !== undefined) pairs.push([key, value])
    at += length
  }
  return pairs
}
