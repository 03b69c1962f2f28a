import type { Lines } from '../columns/contract.js'
import type { FaultLog } from '../core/faults.js'
import type { DocumentShape } from './document.js'

/**
 * Whole lines of one decoded source, in one buffer.
 *
 *     bytes   203.0.113.9 - - [...] "GET / HTTP/1.1" 200 5\r\n203.0.113.9 ...
 *             ^lineStart[0]                              ^lineEnd[0]
 *
 * A block holds the lines that *start* in one fixed stretch of the decoded stream (`BLOCK_BYTES`), so that blocks do not
 * depend on how the bytes arrived. A line's bytes never include its line end (LF, or CR LF).
 *
 * Of a JSON document the elements stand for the lines: a line number is that of the line in which an element starts.
 *
 * Ownership: the reader fills a block again after `release()`; nothing of it may be kept beyond that.
 */
export interface Block extends Lines {
  /** Lets the reader go on to further blocks while this one is still held; `release()` is still to come. */
  allowNext(): void
  release(): void
}

/** An ordinary line. */
export const LINE_TEXT = 0
/** Longer than the limit: `bytes` hold its first part. */
export const LINE_CUT = 1
/** A run of NUL bytes at the start of a line; the rest of that line, if any, is the next entry. */
export const LINE_NULS = 2
/** A byte order mark at the start of the source; the line behind it is the next entry. */
export const LINE_MARK = 3
/** What stands between the elements of a JSON document; it has no text. */
export const LINE_BETWEEN = 4

/** What is known of a decoded source when its last block was read. */
export interface DecodedEnd {
  /** Bytes of the decoded stream. */
  readonly decodedBytes: number
  /** SHA-256 of the decoded stream, 64 hex digits; the source's identity. Null where nothing was hashed. */
  readonly decodedSha256: string | null
  /** Bytes as stored, and their hash. */
  readonly storedBytes: number
  readonly storedSha256: string | null
  /** Line feeds in the decoded stream, counted as lines are cut. */
  readonly lineFeeds: number
  /** False where the last line has no line end. */
  readonly terminated: boolean
}

export type Compression = 'none' | 'gzip' | 'zstd' | 'bzip2'
export type Charset = 'utf-8' | 'utf-16le' | 'utf-16be'

/** An opened source that hands out its lines. Blocks come in order; at most two may be unreleased at a time. */
export interface LineReader {
  readonly compression: Compression
  readonly charset: Charset
  readonly faults: FaultLog
  /** Stored bytes taken so far, for progress. */
  readonly storedBytesRead: number
  /** The next block, or null at the end of the source. Damage is a fault and ends the source; this does not reject. */
  next(): Promise<Block | null>
  /** Valid after `next()` gave null. */
  end(): DecodedEnd
  /** Gives up early and frees the file; safe to call twice. */
  close(): Promise<void>
}

/** What the first bytes of a source tell, before the pass: enough to recognise it and to order it among others. */
export interface Head {
  /** The first decoded bytes, at most HEAD_BYTES. */
  readonly bytes: Uint8Array
  /** SHA-256 of `bytes`, 64 hex digits. */
  readonly sha256: string
  /** True when `bytes` are the whole decoded source. */
  readonly whole: boolean
  readonly compression: Compression
  readonly charset: Charset
  /** Where the source is a JSON document; null where it is lines. */
  readonly document: DocumentShape | null
}
