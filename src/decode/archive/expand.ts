import { type HeadedSource, readHead } from '../head.js'
import { isZip } from '../magic.js'
import { Damage } from '../stored.js'
import type { ArchiveBytes, Listing } from './contract.js'
import { isTar, listTar } from './tar.js'

/** Archives in archives in archives; what is deeper is not read. */
const MAX_DEPTH = 3

/**
 * Decoded bytes that are held of all archives together which cannot be read from the middle: compressed, in another one or
 * from a stream. A compressed tar archive that has no room is decoded from its start for each member, other ones are not
 * read.
 */
export const HELD_BYTES = 64 * 1024 * 1024

/** What may still be held. */
export interface HeldBudget {
  bytes: number
}

export interface Expanded {
  readonly sources: readonly HeadedSource[]
  readonly notRead: Listing['notRead']
}

/** The members of an archive as sources of their own, whatever the archives that they are in; of all else the source. */
export async function expandArchive(headed: HeadedSource, budget: HeldBudget, depth = 0): Promise<Expanded> {
  const { source, head } = headed
  const isTarred = isTar(head.bytes)
  if (!isTarred && !isZip(head.bytes)) return { sources: [headed], notRead: [] }
  const notRead: { name: string; reason: string }[] = []
  const note = (reason: string) => notRead.push({ name: source.name, reason })
  if (depth === MAX_DEPTH) {
    headed.close()
    note(`archives are opened to a depth of ${MAX_DEPTH}`)
    return { sources: [], notRead }
  }
  const bytes = await bytesOf(headed, isTarred, budget, note)
  if (bytes === null) return { sources: [], notRead }
  // the reader of zip directories is loaded where there is one
  const list = isTarred ? listTar : (await import('./zip.js')).listZip
  const listing = await list(bytes, source.name, source.kind)
  const sources: HeadedSource[] = []
  notRead.push(...listing.notRead)
  for (const member of listing.members) {
    const inner = await expandArchive(await readHead(member), budget, depth + 1)
    sources.push(...inner.sources)
    notRead.push(...inner.notRead)
  }
  return { sources, notRead }
}

/** The archive's decoded bytes: in its file, held, or decoded again each time; null where none of that can be. */
async function bytesOf(
  headed: HeadedSource,
  isSequential: boolean,
  budget: HeldBudget,
  note: (reason: string) => void,
): Promise<ArchiveBytes | null> {
  const { source, head } = headed
  if (head.compression === 'none' && source.openRange !== undefined && source.storedBytes !== undefined) {
    return { length: source.storedBytes, range: source.openRange }
  }
  const held = await hold(headed.openBytes(), budget, note)
  if (held !== null) return { length: held.length, range: (start, end) => one(held.subarray(start, end)) }
  if (isSequential && source.reopens) {
    return { length: Number.POSITIVE_INFINITY, range: (start, end) => cut(headed.openBytes(), start, end) }
  }
  note(
    `${HELD_BYTES / 2 ** 20} MiB of archives in streams, in archives or compressed can be read; unpack it first`,
  )
  return null
}

async function hold(
  bytes: AsyncIterable<Uint8Array>,
  budget: HeldBudget,
  note: (reason: string) => void,
): Promise<Buffer | null> {
  const pieces: Buffer[] = []
  let length = 0
  try {
    for await (const piece of bytes) {
      length += piece.length
      if (length > budget.bytes) return null
      pieces.push(Buffer.from(piece))
    }
  } catch (error) {
    if (!(error instanceof Damage)) throw error
    note(`${error.message}; members behind that were not read`)
  }
  budget.bytes -= length
  return Buffer.concat(pieces)
}

async function* one(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes
}

async function* cut(
  bytes: AsyncIterable<Uint8Array>,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array> {
  let at = 0
  for await (const piece of bytes) {
    const from = Math.max(0, start - at)
    const to = Math.min(piece.length, end - at)
    if (from < to) yield piece.subarray(from, to)
    at += piece.length
    if (at >= end) return
  }
}
