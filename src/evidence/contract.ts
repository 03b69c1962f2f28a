/**
 * What was handed in, before anything is read of it.
 *
 * - a string: a path, a folder (walked, in name order), a glob, or `-` for standard input;
 * - `{ name, bytes }` or a bare async iterable: a stream of bytes, read once. `name` is for people and stands in the
 *   ledger only.
 */
export type EvidenceInput = string | EvidenceStream | AsyncIterable<Uint8Array>

export interface EvidenceStream {
  readonly name: string
  readonly bytes: AsyncIterable<Uint8Array>
}

/** One piece of evidence, found and ready to be read; nothing of it has been read yet. */
export interface Source {
  /** As the user wrote it or as the folder or glob gave it. */
  readonly name: string
  readonly kind: 'file' | 'stdin' | 'stream'
  /** Stored size at the time of finding; absent for streams. A file is read up to this size and no further. */
  readonly storedBytes?: number
  /** Absolute path of a regular file, by which another thread can open it too; absent for all else. */
  readonly path?: string
  /** Files can be opened again; streams and standard input once. */
  readonly reopens: boolean
  /**
   * Opens the stored bytes, read-only, from the first.
   *
   * Chunks may be of any size and are valid until the next one is asked for. A file that ends before `storedBytes`
   * ends the iteration early: the reader compares and reports `truncated-source`. A failing read rejects.
   */
  open(): AsyncIterable<Uint8Array>
  /** Opens stored bytes from `start` up to `end`; only what has them at hand can, such as a file. */
  openRange?(start: number, end: number): AsyncIterable<Uint8Array>
}
