import { Readable } from 'node:stream'
import yauzl from 'yauzl'
import type { Source } from '../../evidence/contract.js'
import { GzipDecoder } from '../gzip.js'
import { Damage, StoredBytes } from '../stored.js'
import { type ArchiveBytes, isHidden, type Listing, memberName } from './contract.js'

const STORED = 0
const DEFLATED = 8
/** Methods whose data is a stream that tells by its first bytes what it is: bzip2, zstd (two numbers). */
const SELF_CONTAINED = new Set([12, 20, 93])

/** Lists the members of a zip archive by its directory, at its end. */
export async function listZip(bytes: ArchiveBytes, name: string, kind: Source['kind']): Promise<Listing> {
  const members: Source[] = []
  const notRead: { name: string; reason: string }[] = []
  try {
    const zip = await openZip(bytes)
    for await (const entry of entriesOf(zip)) {
      const path = (entry.fileName as unknown as Buffer).toString('utf8')
      if (path.endsWith('/') || isHidden(path)) continue
      const full = memberName(name, path)
      const { compressionMethod: method } = entry
      if ((entry.generalPurposeBitFlag & 1) !== 0) notRead.push({ name: full, reason: 'encrypted' })
      else if (method !== STORED && method !== DEFLATED && !SELF_CONTAINED.has(method)) {
        notRead.push({ name: full, reason: `compressed by method ${method} of zip, which is not read` })
      } else members.push(memberOf(bytes, full, kind, entry, await dataStart(zip, entry)))
    }
  } catch (error) {
    notRead.push({ name, reason: `the zip archive is damaged: ${(error as Error).message}` })
  }
  return { members, notRead }
}

function memberOf(
  bytes: ArchiveBytes,
  name: string,
  kind: Source['kind'],
  entry: yauzl.Entry,
  start: number,
): Source {
  const data = () => bytes.range(start, start + entry.compressedSize)
  const open = SELF_CONTAINED.has(entry.compressionMethod)
    ? data
    : () => checkedBytes(() => gzipOf(data(), entry))
  return { name, kind, reopens: true, open }
}

/** What a member in gzip decodes to; its check value and size are looked at by the way of gzip. */
async function* checkedBytes(open: () => AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source: Source = { name: '', kind: 'file', reopens: true, open }
  const decoder = new GzipDecoder(new StoredBytes(source, null), source)
  try {
    for (let piece = await decoder.next(); piece !== null; piece = await decoder.next()) yield piece
  } finally {
    await decoder.close()
  }
  const [fault] = decoder.endFaults()
  if (fault === undefined) return
  const code = fault.code === 'unreadable' ? fault.code : 'corrupt-compressed'
  throw new Damage(code, `the member of the archive is damaged: ${fault.detail}`)
}

/** A member as gzip, RFC 1952: the same deflate data, the same check value and size. What is only stored is made blocks. */
async function* gzipOf(data: AsyncIterable<Uint8Array>, entry: yauzl.Entry): AsyncGenerator<Uint8Array> {
  yield Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff)
  yield* entry.compressionMethod === STORED ? storedBlocks(data) : data
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(entry.crc32 >>> 0, 0)
  trailer.writeUInt32LE(entry.uncompressedSize % 2 ** 32, 4)
  yield trailer
}

/** Blocks of deflate that are not compressed. RFC 1951, section 3.2.4. */
async function* storedBlocks(data: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const longest = 0xffff
  for await (const chunk of data) {
    for (let at = 0; at < chunk.length; at += longest) {
      const piece = chunk.subarray(at, at + longest)
      const header = Buffer.alloc(5)
      header.writeUInt16LE(piece.length, 1)
      header.writeUInt16LE(piece.length ^ 0xffff, 3)
      yield header
      yield piece
    }
  }
  yield Uint8Array.of(1, 0, 0, 0xff, 0xff)
}

// ---- the directory, by yauzl

class RangeReader extends yauzl.RandomAccessReader {
  readonly #bytes: ArchiveBytes

  constructor(bytes: ArchiveBytes) {
    super()
    this.#bytes = bytes
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(copies(this.#bytes.range(start, end)))
  }
}

/** A stream reads ahead; chunks are valid until the next one. */
async function* copies(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield Buffer.from(chunk)
}

function openZip(bytes: ArchiveBytes): Promise<yauzl.ZipFile> {
  const options = { lazyEntries: true, decodeStrings: false, validateEntrySizes: false, autoClose: false }
  return new Promise((resolve, reject) => {
    yauzl.fromRandomAccessReader(new RangeReader(bytes), bytes.length, options, (error, zip) =>
      error ? reject(error) : resolve(zip),
    )
  })
}

async function* entriesOf(zip: yauzl.ZipFile): AsyncGenerator<yauzl.Entry> {
  for (;;) {
    const entry = await new Promise<yauzl.Entry | null>((resolve, reject) => {
      zip.removeAllListeners()
      zip.once('entry', resolve)
      zip.once('end', () => resolve(null))
      zip.once('error', reject)
      zip.readEntry()
    })
    if (entry === null) return
    yield entry
  }
}

function dataStart(zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<number> {
  return new Promise((resolve, reject) => {
    zip.readLocalFileHeader(entry, { minimal: true }, (error, header) =>
      error ? reject(error) : resolve(header.fileDataStart),
    )
  })
}
