/**
 * Writes a compiled field map into low memory, as the kernel reads it.
 *
 *     | index: addresses of members by hash | members | "time": | "status": | ...
 */

import { type MapMember, type MapProgram, type MapValue, VALUE } from '../map-program.js'
import type { KernelCode } from './encode.js'
import * as low from './low-memory.js'

const VALUES: Readonly<Record<number, number>> = {
  [VALUE.dropped]: low.VALUE_DROPPED,
  [VALUE.text]: low.VALUE_TEXT,
  [VALUE.address]: low.VALUE_ADDRESS,
  [VALUE.request]: low.VALUE_REQUEST,
  [VALUE.method]: low.VALUE_METHOD,
  [VALUE.target]: low.VALUE_TARGET,
  [VALUE.query]: low.VALUE_QUERY,
  [VALUE.status]: low.VALUE_STATUS,
  [VALUE.bytes]: low.VALUE_BYTES,
  [VALUE.duration]: low.VALUE_DURATION,
  [VALUE.plainDuration]: low.VALUE_PLAIN_DURATION,
  [VALUE.clfTime]: low.VALUE_CLF_TIME,
  [VALUE.isoTime]: low.VALUE_ISO_TIME,
  [VALUE.epochTime]: low.VALUE_EPOCH_TIME,
  [VALUE.anyTime]: low.VALUE_ANY_TIME,
  [VALUE.other]: low.VALUE_OTHER,
}

const QUOTE = 0x22
const COLON = 0x3a
const BACKSLASH = 0x5c
/** Names are compared sixteen bytes at a time, by masks of which a lane holds the length. */
const MAX_KEY_BYTES = 112
/** Members in members; the kernel walks them by calling itself. */
const MAX_DEPTH = 16

/** What the kernel has of a member: itself with its first meaning, and one more for each further one. Numbers; -1 for none. */
interface Entry {
  readonly member: MapMember | null
  readonly value: MapValue | null
  readonly parent: number
  also: number
  element: number
}

/** Null where it has no room, or a name that no plain line has. */
export function encodeMap(program: MapProgram): KernelCode | null {
  const entries: Entry[] = []
  if (!addMember(entries, program.root, -1, 0) || program.columns > low.MAX_RANKS) return null
  const keys = entries.map(({ member }) => keyOf(member))
  if (!keys.every(isPlainKey)) return null
  const places = placesFor(entries.length)
  const bytes = encodeEntries(entries, keys, places)
  return bytes === null ? null : { kind: 'map', bytes, ...columnsAndWords(program, entries, places) }
}

/** Index, members and names; null where they are too many. */
function encodeEntries(
  entries: readonly Entry[],
  keys: readonly Uint8Array[],
  places: number,
): Uint8Array | null {
  let keyAt = addressIn(places, entries.length)
  const end = keyAt + keys.reduce((sum, key) => sum + roomOf(key), 0)
  if (end > low.MAP_END) return null
  const bytes = new Uint8Array(end - low.INDEX_AT)
  entries.forEach((entry, i) => {
    const key = keys[i]!
    const address = addressIn(places, i)
    const view = new DataView(bytes.buffer, address - low.INDEX_AT, low.MEMBER_BYTES)
    writeEntry(view, entry, places)
    view.setUint32(low.MEMBER_KEY, keyAt, true)
    view.setUint32(low.MEMBER_KEY_LENGTH, key.length, true)
    bytes.set(key, keyAt - low.INDEX_AT)
    keyAt += roomOf(key)
    if (entry.parent >= 0) index(bytes, places - 1, key, addressIn(places, entry.parent), address)
  })
  return bytes
}

function columnsAndWords(
  { needs }: MapProgram,
  entries: readonly Entry[],
  places: number,
): Pick<KernelCode, 'columns' | 'words'> {
  const startColumn = (entry: number) => addressIn(places, entry) - low.INDEX_AT + low.MEMBER_START_COLUMN
  return {
    columns: entries.flatMap(({ value }, i) =>
      value === null || value.field < 0 ? [] : [{ at: startColumn(i), field: value.field }],
    ),
    words: [
      [low.INDEX_MASK, places - 1],
      [low.ALL_NEEDS, needs],
      [low.ROOT, addressIn(places, 0)],
      [low.LINE_STAMP, 0],
    ],
  }
}

/** Address of an entry behind an index of so many places; 0 for none. */
function addressIn(places: number, entry: number): number {
  return entry < 0 ? 0 : low.INDEX_AT + 4 * places + low.MEMBER_BYTES * entry
}

/** Adds a member, those below it and its further meanings. */
function addMember(entries: Entry[], member: MapMember, parent: number, depth: number): boolean {
  if (depth > MAX_DEPTH) return false
  const own = entries.length
  const [value = null, ...more] = member.values
  entries.push({ member, value, parent, also: -1, element: -1 })
  let last = entries[own]!
  for (const other of more) {
    last.also = entries.length
    last = { member: null, value: other, parent: -1, also: -1, element: -1 }
    entries.push(last)
  }
  for (const child of member.children) {
    if (isFirstElement(child)) entries[own]!.element = entries.length
    if (!addMember(entries, child, own, depth + 1)) return false
  }
  return true
}

function isFirstElement({ name }: MapMember): boolean {
  return name.length === 1 && name[0] === 0x30
}

/** Members that are places of an array behind its first. */
function isLaterElement({ name }: MapMember): boolean {
  return name.every((byte) => byte >= 0x30 && byte <= 0x39) && name[0] !== 0x30
}

function writeEntry(view: DataView, { member, value, parent, also, element }: Entry, places: number): void {
  view.setUint8(low.MEMBER_FLAGS, member === null ? 0 : flagsOf(member))
  view.setInt32(low.MEMBER_NEEDS, member?.needs ?? 0, true)
  view.setUint32(low.MEMBER_PARENT, addressIn(places, parent), true)
  view.setUint32(low.MEMBER_ALSO, addressIn(places, also), true)
  view.setUint32(low.MEMBER_ELEMENT, addressIn(places, element), true)
  if (value === null) return
  view.setUint8(low.MEMBER_VALUE, VALUES[value.value]!)
  view.setUint8(low.MEMBER_RANK, value.rank)
  view.setUint8(low.MEMBER_COLUMN, value.column)
  // either is a whole number, so that fractions such as 0.001 stay exact
  view.setFloat64(low.MEMBER_FACTOR, Math.max(1, value.unit), true)
  view.setFloat64(low.MEMBER_DIVISOR, value.unit >= 1 ? 1 : Math.round(1 / value.unit), true)
}

function flagsOf({ children, isList }: MapMember): number {
  return (
    (children.length > 0 ? low.MEMBER_HAS_CHILDREN : 0) |
    (isList || children.some(isLaterElement) ? low.MEMBER_HAS_LIST : 0)
  )
}

/** `"name":` */
function keyOf(member: MapMember | null): Uint8Array {
  return member === null ? new Uint8Array(0) : Uint8Array.of(QUOTE, ...member.name, QUOTE, COLON)
}

function isPlainKey(key: Uint8Array): boolean {
  return key.length <= MAX_KEY_BYTES && !key.includes(BACKSLASH) && !key.subarray(1, -2).includes(QUOTE)
}

function roomOf(key: Uint8Array): number {
  return (key.length + 15) & ~15
}

/** Of the index: a power of two, at least half of it free. */
function placesFor(count: number): number {
  return 2 ** Math.ceil(Math.log2(2 * count))
}

/** Puts a member at the first free place from its hash on. */
function index(bytes: Uint8Array, mask: number, key: Uint8Array, parent: number, address: number): void {
  const view = new DataView(bytes.buffer)
  let place = hashOf(key, parent) & mask
  while (view.getUint32(4 * place, true) !== 0) place = (place + 1) & mask
  view.setUint32(4 * place, address, true)
}

/** By its first and last bytes, quotes among them, its length, and what it stands in; as in assembly/members.ts. */
function hashOf(key: Uint8Array, parent: number): number {
  const view = new DataView(key.buffer, key.byteOffset)
  const length = key.length - 3
  const first = length < 2 ? key[1]! : view.getUint32(0, true)
  const last = length < 2 ? 0 : view.getUint32(length - 2, true)
  const mixed = Math.imul(
    first ^ Math.imul(last, 0x9e3779b1) ^ Math.imul(length + parent, 0x85ebca6b),
    0xc2b2ae35,
  )
  return (mixed ^ (mixed >>> 15)) >>> 0
}
