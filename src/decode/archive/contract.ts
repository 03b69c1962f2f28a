import type { Source } from '../../evidence/contract.js'

/** The decoded bytes of an archive, wherever they are. */
export interface ArchiveBytes {
  /** Infinity where that is not known. */
  readonly length: number
  /** Bytes from `start` up to `end`; fewer where the archive ends before. Chunks are valid until the next. */
  range(start: number, end: number): AsyncIterable<Uint8Array>
}

/** What an archive holds. Names begin with that of the archive: `logs.zip!/var/log/access.log`. */
export interface Listing {
  readonly members: readonly Source[]
  readonly notRead: readonly { readonly name: string; readonly reason: string }[]
}

/** Hidden files are left out, as in folders. */
export function isHidden(path: string): boolean {
  return path.split('/').some((part) => part.startsWith('.') && part !== '.' && part !== '..')
}

export function memberName(archive: string, path: string): string {
  return `${archive}!/${path.replace(/^(?:\.?\/)+/, '')}`
}
