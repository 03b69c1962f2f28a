import { PosternError } from '../core/errors.js'
import type { Source } from '../evidence/contract.js'
import { charsetOf, markBytesOf } from './charset.js'
import type { Head, LineReader } from './contract.js'
import { compressionOf, type Decoder, makeDecoder } from './decoder.js'
import { documentOf } from './document.js'
import { elementLines } from './document-framing.js'
import { StreamHash, sha256Hex } from './hash.js'
import { HEAD_BYTES } from './limits.js'
import { MAGIC_BYTES } from './magic.js'
import { type LineOptions, SourceLineReader } from './reader.js'
import { RewoundStream } from './rewind.js'
import { Damage, StoredBytes } from './stored.js'
import { utf8Bound, utf16ToUtf8 } from './utf16.js'

/** A source whose head is known and which waits to be read. A file is closed while it waits; a stream stays open. */
export interface HeadedSource {
  readonly source: Source
  readonly head: Head
  /**
   * Starts the pass over the source's lines: a stream once, a file as often as wanted.
   *
   * @throws ERR_OPTION_INVALID where a limit is not a whole number of at least 1.
   */
  openLines(options?: LineOptions): LineReader
  /** Starts over the decoded bytes instead, as often as the lines. Rejects with a `Damage` behind the last of them. */
  openBytes(): AsyncIterable<Uint8Array>
  /** Lets go of a stream that will not be read. Does nothing for a file, nor once the lines were opened. */
  close(): void
}

/**
 * Reads the first `HEAD_BYTES` decoded bytes of a source.
 *
 * Does not reject: the head of a source that cannot be read has what could be read and is not `whole`. The fault comes
 * with the lines. What is taken of a stream is kept and read again.
 */
export async function readHead(source: Source): Promise<HeadedSource> {
  const rewound = source.reopens ? null : new RewoundStream(source)
  const opened = rewound?.source() ?? source
  return headedSource(source, opened, await decodeHead(opened), () => rewound?.close())
}

/** The same where the head is known: of a file that another thread has looked at. */
export function headedFile(source: Source, head: Head): HeadedSource {
  return headedSource(source, source, head, () => {})
}

function headedSource(source: Source, opened: Source, head: Head, close: () => void): HeadedSource {
  let isRead = false
  return {
    source,
    head,
    openLines: (options = {}) => {
      checkLimit('maxLineBytes', options.maxLineBytes)
      checkLimit('blockBytes', options.blockBytes)
      isRead = true
      return new SourceLineReader(opened, head, options)
    },
    openBytes: () => {
      isRead = true
      return decodedBytes(opened, head)
    },
    close: () => {
      if (!isRead) close()
    },
  }
}

async function* decodedBytes(source: Source, head: Head): AsyncGenerator<Uint8Array> {
  const decoder = makeDecoder(head.compression, new StoredBytes(source, null), source)
  try {
    for (let bytes = await decoder.next(); bytes !== null; bytes = await decoder.next()) yield bytes
  } finally {
    await decoder.close()
  }
  const [fault] = decoder.endFaults()
  if (fault !== undefined) throw new Damage(fault.code, fault.detail)
}

/**
 * SHA-256 of the whole decoded source, 64 hex digits, for sources whose heads are equal.
 *
 * Null where there is none to be had before the pass: a stream that is longer than its head, a file that fails while it
 * is read. Such a source equals no other.
 */
export async function hashWhole({
  source,
  head,
}: Pick<HeadedSource, 'source' | 'head'>): Promise<string | null> {
  if (head.whole) return head.sha256
  if (!source.reopens) return null
  const stored = new StoredBytes(source, null)
  const decoder = makeDecoder(head.compression, stored, source)
  const hash = new StreamHash()
  for (let bytes = await decoder.next(); bytes !== null; bytes = await decoder.next()) hash.update(bytes)
  await decoder.close()
  return stored.fault?.code === 'unreadable' ? null : hash.hex()
}

/**
 * The text of a head in UTF-8, byte order mark left out; of UTF-8 and the 8-bit charsets a view, not a copy. Of a JSON
 * document its elements, each in a line.
 */
export function headText(head: Head): Uint8Array {
  if (head.document !== null) return elementLines(head.bytes, head.document, head.whole)
  const start = markBytesOf(head.bytes)
  if (head.charset === 'utf-8') return head.bytes.subarray(start)
  const end = head.bytes.length - (head.bytes.length % 2)
  const text = new Uint8Array(utf8Bound(end - start))
  return text.subarray(
    0,
    utf16ToUtf8(head.bytes, start, end, head.charset === 'utf-16le', text, 0, () => {}),
  )
}

async function decodeHead(source: Source): Promise<Head> {
  const stored = new StoredBytes(source, null)
  const compression = compressionOf(await stored.peek(MAGIC_BYTES))
  const decoder = makeDecoder(compression, stored, source)
  const { bytes, isAll } = await readUpTo(decoder, HEAD_BYTES)
  const isReadable = stored.fault?.code !== 'unreadable'
  // Of a stream this ends the recording alone.
  await decoder.close()
  const charset = charsetOf(bytes)
  return {
    bytes,
    sha256: sha256Hex(bytes),
    whole: isAll && isReadable,
    compression,
    charset,
    document: charset === 'utf-8' ? documentOf(bytes) : null,
  }
}

/** The first `limit` bytes, copied, and whether these are all. */
async function readUpTo(decoder: Decoder, limit: number): Promise<{ bytes: Uint8Array; isAll: boolean }> {
  const pieces: Buffer[] = []
  let length = 0
  while (length <= limit) {
    const piece = await decoder.next()
    if (piece === null) break
    const taken = Buffer.from(piece.subarray(0, limit + 1 - length))
    pieces.push(taken)
    length += taken.length
  }
  const bytes = new Uint8Array(Math.min(length, limit))
  bytes.set(Buffer.concat(pieces).subarray(0, limit))
  return { bytes, isAll: length <= limit }
}

function checkLimit(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 1)) return
  throw new PosternError(
    'ERR_OPTION_INVALID',
    `${name} is a number of bytes of at least 1; this is ${String(value)}`,
  )
}
