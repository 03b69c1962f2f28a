import { ACCEPTED, DENIED, FLAG, SERVED, UNCLEAR } from '../classify/contract.js'
import { FIELD, type RecordBatch } from '../columns/contract.js'
import { readText } from '../columns/view.js'
import { DAY_MS, MINUTE_MS } from '../core/civil-time.js'
import { PackedTable, rowsUpTo } from '../core/packed-table.js'
import { TextPool } from '../core/text-pool.js'
import { toIso } from '../core/times.js'
import { PRINCIPAL_CLIENT, PRINCIPALS, type Session, type SessionPlace } from './contract.js'
import type { PrincipalNames } from './principals.js'

// copied out of their tables: a member would be looked up anew for every row
const { client: CLIENT_FIELD, userAgent: USER_AGENT_FIELD } = FIELD
const { stampOutlier: STAMP_OUTLIER_FLAG } = FLAG
const DENIED_CODE = DENIED

/** A gap of exactly this keeps a session together. */
export const SESSION_GAP_MS = 30 * MINUTE_MS
/** Longest session of a principal that is only a client and an agent. */
export const CLIENT_CAP_MS = DAY_MS

/*
 * A principal's record in the table, in 32-bit words; doubles stand on even words.
 *
 *     0 key  2 kind, bits  3 id  4 first  6 last
 *     8 bytes  10 first offset  12 last offset  14 unclear  15 served  16 accepted  17 denied
 *     18 first source  19 first line  20 last source  21 last line  22 client  23 agent
 *
 * Where sessions are only counted the record is its first eight words: two of them are a cache line.
 */
const STRIDE = 24
const COUNTED_STRIDE = 8
const KIND = 2
const ID = 3
const FIRST = 4
const LAST = 6
const BYTES = 8
const FIRST_OFFSET = 10
const LAST_OFFSET = 12
/** Counts by outcome: the number of an outcome is its place behind this. */
const COUNTS = 14
const FIRST_SOURCE = 18
const FIRST_LINE = 19
const LAST_SOURCE = 20
const LAST_LINE = 21
const CLIENT = 22
const AGENT = 23
/** Bit of word 2: the session before this one may still be joined to it by a late row. */
const PENDING = 0x100
/** Bit of word 2 of a held session: the cap ended it, not a gap. */
const CAPPED = 0x200
/** Bit of word 2: something was denied. */
const HAS_DENIAL = 0x400

/** Fewest new principals between sweeps: their records are half a megabyte, or 1.5 MB. */
const LEAST_SWEEP = 16_384

const LEAST_LIMIT = 512

/** A session out of the table: the words of its record. */
type Held = { readonly words: Int32Array; readonly doubles: Float64Array }

export interface SessionizerOptions {
  /** Bytes for all tables together. */
  readonly tableBytes: number
  /** Bytes for names, addresses and agents. */
  readonly textBytes: number
  /** False: count sessions, make no objects. */
  readonly collect: boolean
  readonly names: PrincipalNames
}

/**
 * Makes sessions of rows that come up to the horizon out of order, exactly as sorting them first would.
 *
 * A principal has one session in the table. When a row opens the next one, the session before is held aside until the
 * watermark shows that no late row can still join the two; gaps being longer than the horizon, one is enough. Known limit:
 * a row that is late by nearly the horizon and closes a gap right at the 24 h cap leaves two sessions where sorting gives
 * another cut.
 */
export class Sessionizer {
  readonly #table: PackedTable
  readonly #pending = new Map<string, Held>()
  readonly #texts: TextPool
  readonly #agents = new PackedTable(4, 1 << 18)
  readonly #names: PrincipalNames
  readonly #collect: boolean
  #ready: Session[] = []
  #found = new Int32Array(0)
  #watermark = Number.NEGATIVE_INFINITY
  /** Principals that came since the last sweep, and how many start the next. */
  #opened = 0
  #sweepAt = LEAST_SWEEP
  /** Sessions that have ended. */
  count = 0
  /** Sessions cut because the tables were full, and when the first was. */
  cut = 0
  firstCutAt = Number.NaN
  /** Most principals held at a time. */
  readonly limit: number

  constructor(options: SessionizerOptions) {
    // open addressing at 60 % load, and twice the slots while a table grows
    this.limit = Math.max(LEAST_LIMIT, Math.floor((options.tableBytes * 0.3) / (STRIDE * 4)))
    this.#table = new PackedTable(options.collect ? STRIDE : COUNTED_STRIDE, this.limit)
    this.#texts = new TextPool(options.textBytes)
    this.#names = options.names
    this.#collect = options.collect
  }

  /** True once a name, address or agent was not kept for want of memory. */
  get textsFull(): boolean {
    return this.#texts.full
  }

  /** Takes rows `from` (inclusive) to `to` (exclusive). Outliers belong to no session. */
  visit(batch: RecordBatch, from: number, to: number): void {
    const { principalKey, flags } = batch
    const table = this.#table
    const count = to - from
    if (this.#found.length < count) this.#found = new Int32Array(2 * count)
    const found = this.#found
    table.locate(principalKey.subarray(2 * from), rowsUpTo(count), count, found)
    for (let row = from; row < to; row++) {
      if ((flags[row]! & STAMP_OUTLIER_FLAG) !== 0) continue
      const low = principalKey[2 * row]!
      const high = principalKey[2 * row + 1]!
      let record = found[row - from]!
      if (!table.isAt(record, low, high)) record = table.find(low, high)
      if (record < 0) this.#open(low, high, batch, row)
      else this.#extend(record, batch, row)
    }
  }

  /** Sessions that no later row can touch are ready; call `drain` for them. */
  advance(watermarkMs: number): void {
    // a minute's step: the held sessions are looked through each time
    if (watermarkMs < this.#watermark + MINUTE_MS) return
    this.#watermark = watermarkMs
    this.#sweep()
    for (const [key, held] of this.#pending) {
      if (held.doubles[LAST / 2]! + SESSION_GAP_MS >= watermarkMs) continue
      this.#pending.delete(key)
      this.#end(held.words, held.doubles, 0, 'gap')
    }
  }

  /**
   * Ends what no row can reach any more, once as many principals have come as there were left after the last time: the
   * tables stay about as large as what is alive, and so in the processor's cache, at a cost of a visit or two a principal.
   */
  #sweep(): void {
    if (this.#opened < this.#sweepAt) return
    this.#endBefore(this.#watermark - SESSION_GAP_MS)
    this.#opened = 0
    this.#sweepAt = Math.max(LEAST_SWEEP, this.#table.count)
  }

  /** Ends the sessions that had their last row before a time. */
  #endBefore(limit: number): void {
    const { doubles } = this.#table
    this.#endWhere((base) => doubles[(base + LAST) >> 1]! < limit, 'gap')
  }

  /**
   * Ends all sessions. Call once, after the last row.
   *
   * A gap ended those that the evidence goes on behind for longer than one, whether or not they were still held.
   */
  finish(): void {
    for (const held of this.#pending.values()) this.#end(held.words, held.doubles, 0, 'gap')
    this.#pending.clear()
    let reached = Number.NEGATIVE_INFINITY
    const { words, doubles, stride } = this.#table
    this.#table.forEach((record) => {
      const last = doubles[(record * stride + LAST) >> 1]!
      if (last > reached) reached = last
    })
    this.#table.forEach((record) => {
      const base = record * stride
      const isOver = doubles[(base + LAST) >> 1]! + SESSION_GAP_MS < reached
      this.#end(words, doubles, base, isOver ? 'gap' : 'evidence')
    })
    this.#table.retain(() => false)
  }

  /** Ended sessions since the last call, by start, end, principal. */
  drain(): Session[] {
    const ready = this.#ready
    this.#ready = []
    return ready.sort(bySessionOrder)
  }

  #open(low: number, high: number, batch: RecordBatch, row: number): void {
    this.#opened++
    const table = this.#table
    let record = table.insert(low, high)
    if (record < 0) {
      this.#makeRoom(batch.time[row]!)
      record = table.insert(low, high)
    }
    const base = record * table.stride
    table.words[base + KIND] = batch.principalKind[row]!
    if (this.#collect) table.words[base + ID] = this.#keepName(batch, row)
    this.#begin(table, base, batch, row)
  }

  #extend(record: number, batch: RecordBatch, row: number): void {
    const table = this.#table
    const base = record * table.stride
    const { doubles, words } = table
    const t = batch.time[row]!
    const first = doubles[(base + FIRST) >> 1]!
    const last = doubles[(base + LAST) >> 1]!
    const capped = (words[base + KIND]! & 0xff) === PRINCIPAL_CLIENT
    const ahead = t - first
    if (t <= last + SESSION_GAP_MS && ahead >= -SESSION_GAP_MS && !(capped && ahead > CLIENT_CAP_MS)) {
      const isPending = (words[base + KIND]! & PENDING) !== 0
      if (isPending && t < first && this.#joinsPending(table, base, batch, row, capped)) return
      this.#add(table, base, batch, row)
      if (isPending && t < first) this.#closeGap(table, base, capped)
    } else if (t > last) this.#rollOver(table, base, batch, row)
    else this.#behind(table, base, batch, row, capped)
  }

  /** The next session of a principal begins: the one in the table steps aside until it is final. */
  #rollOver(table: PackedTable, base: number, batch: RecordBatch, row: number): void {
    const { words, doubles } = table
    const last = doubles[(base + LAST) >> 1]!
    const capped = batch.time[row]! <= last + SESSION_GAP_MS ? CAPPED : 0
    if ((words[base + KIND]! & PENDING) !== 0) this.#endPending(words, base)
    words[base + KIND] = (words[base + KIND]! & (0xff | HAS_DENIAL)) | capped
    // nearly always the session is long over, and nothing needs to be held
    if (last + SESSION_GAP_MS < this.#watermark) this.#end(words, doubles, base, 'gap')
    else this.#pending.set(keyText(words, base), this.#hold(base))
    const isHeld = last + SESSION_GAP_MS >= this.#watermark
    words[base + KIND] = (words[base + KIND]! & 0xff) | (isHeld ? PENDING : 0)
    this.#clear(table, base)
    this.#begin(table, base, batch, row)
  }

  #endPending(words: Int32Array, base: number): void {
    const key = keyText(words, base)
    const held = this.#pending.get(key)
    if (held === undefined) return
    this.#pending.delete(key)
    this.#end(held.words, held.doubles, 0, 'gap')
  }

  /** A row that lies in reach of both sessions belongs to the earlier one while that one's cap allows. */
  #joinsPending(table: PackedTable, base: number, batch: RecordBatch, row: number, capped: boolean): boolean {
    const held = this.#pending.get(keyText(table.words, base))
    if (held === undefined) return false
    const t = batch.time[row]!
    const heldFirst = held.doubles[FIRST / 2]!
    if (t > held.doubles[LAST / 2]! + SESSION_GAP_MS || (capped && t - heldFirst > CLIENT_CAP_MS))
      return false
    this.#add(held, 0, batch, row)
    this.#closeGap(table, base, capped)
    return true
  }

  /** Joins the held session to the one in the table when the gap between them has closed. */
  #closeGap(table: PackedTable, base: number, capped: boolean): void {
    const key = keyText(table.words, base)
    const held = this.#pending.get(key)
    if (held === undefined) return
    const first = table.doubles[(base + FIRST) >> 1]!
    if (first - held.doubles[LAST / 2]! > SESSION_GAP_MS) return
    if (capped && first - held.doubles[FIRST / 2]! > CLIENT_CAP_MS) return
    this.#join(base, held)
    this.#pending.delete(key)
    table.words[base + KIND] = table.words[base + KIND]! & (0xff | HAS_DENIAL)
  }

  /** A row before the session in the table: it belongs to the held one, or to one of its own. */
  #behind(table: PackedTable, base: number, batch: RecordBatch, row: number, capped: boolean): void {
    const key = keyText(table.words, base)
    const held = this.#pending.get(key)
    const t = batch.time[row]!
    if (held !== undefined) {
      const first = held.doubles[FIRST / 2]!
      const reach = t <= held.doubles[LAST / 2]! + SESSION_GAP_MS && t >= first - SESSION_GAP_MS
      if (reach && !(capped && t - first > CLIENT_CAP_MS)) {
        this.#add(held, 0, batch, row)
        this.#closeGap(table, base, capped)
        return
      }
      this.#end(held.words, held.doubles, 0, 'gap')
    }
    const own = this.#hold(base)
    own.words[KIND] = own.words[KIND]! & ~HAS_DENIAL
    this.#clear(own, 0)
    this.#begin(own, 0, batch, row)
    this.#pending.set(key, own)
    table.words[base + KIND] = table.words[base + KIND]! | PENDING
  }

  /** Taken when the table is full: ends what the watermark has passed, then the least valuable of the rest. */
  #makeRoom(now: number): void {
    const table = this.#table
    this.#endBefore(this.#watermark - SESSION_GAP_MS)
    if (table.count <= table.maxRecords * 0.75) return
    if (this.cut === 0) this.firstCutAt = now
    const { words, doubles } = table
    const rest: number[] = []
    table.forEach((record) => {
      rest.push(record * table.stride)
    })
    const lastOf = (base: number) => doubles[(base + LAST) >> 1]!
    // plain traffic before failures, older before newer; the key decides between equals
    rest.sort(
      (a, b) =>
        (words[a + KIND]! & HAS_DENIAL) - (words[b + KIND]! & HAS_DENIAL) ||
        lastOf(a) - lastOf(b) ||
        words[a]! - words[b]!,
    )
    const chosen = new Set(rest.slice(0, Math.max(1, rest.length >> 2)))
    this.cut += chosen.size
    this.#endWhere((base) => chosen.has(base), 'memory')
  }

  #endWhere(which: (base: number) => boolean, ended: Session['ended']): void {
    const { words, doubles, stride } = this.#table
    this.#table.retain((record) => {
      const base = record * stride
      if (!which(base)) return true
      if ((words[base + KIND]! & PENDING) !== 0) this.#endPending(words, base)
      this.#end(words, doubles, base, ended)
      return false
    })
  }

  #end(words: Int32Array, doubles: Float64Array, base: number, ended: Session['ended']): void {
    this.count++
    if (!this.#collect) return
    const kind = PRINCIPALS[words[base + KIND]! & 0xff]!
    const id = this.#texts.read(words[base + ID]!)
    const client = this.#texts.read(words[base + CLIENT]!)
    const userAgent = this.#texts.read(words[base + AGENT]!)
    const count = (outcome: number) => words[base + COUNTS + outcome]!
    const [unclear, served, accepted, denied] = [
      count(UNCLEAR),
      count(SERVED),
      count(ACCEPTED),
      count(DENIED),
    ]
    const name = id ?? `${kind}#not-kept`
    const start = toIso(doubles[(base + FIRST) >> 1]!)
    const end = toIso(doubles[(base + LAST) >> 1]!)
    this.#ready.push({
      id: `${name}@${start}/${end}`,
      principal: {
        kind,
        id: name,
        ...(client === null ? {} : { client }),
        ...(kind === 'user' && id !== null ? { user: id } : {}),
        ...(userAgent === null ? {} : { userAgent }),
      },
      start,
      end,
      requests: unclear + served + accepted + denied,
      served,
      accepted,
      denied,
      unclear,
      bytes: doubles[(base + BYTES) >> 1]!,
      first: placeOf(
        words[base + FIRST_SOURCE]!,
        words[base + FIRST_LINE]!,
        doubles[(base + FIRST_OFFSET) >> 1]!,
      ),
      last: placeOf(
        words[base + LAST_SOURCE]!,
        words[base + LAST_LINE]!,
        doubles[(base + LAST_OFFSET) >> 1]!,
      ),
      ended: (words[base + KIND]! & CAPPED) !== 0 ? 'cap' : ended,
    })
  }

  /** Makes a row the first and last of a session that has none yet, and adds it. */
  #begin(table: Held, base: number, batch: RecordBatch, row: number): void {
    const { words, doubles } = table
    doubles[(base + FIRST) >> 1] = batch.time[row]!
    doubles[(base + LAST) >> 1] = batch.time[row]!
    if (this.#collect) {
      writePlace(words, doubles, base, FIRST_SOURCE, FIRST_LINE, FIRST_OFFSET, batch, row)
      writePlace(words, doubles, base, LAST_SOURCE, LAST_LINE, LAST_OFFSET, batch, row)
    }
    this.#add(table, base, batch, row)
  }

  #add(table: Held, base: number, batch: RecordBatch, row: number): void {
    if (batch.outcome[row] === DENIED_CODE) table.words[base + KIND] = table.words[base + KIND]! | HAS_DENIAL
    if (this.#collect) this.#addWhole(table, base, batch, row)
    else stretchTo(table.doubles, base, batch.time[row]!)
  }

  /** Adds a row to a session, which shows the client and the agent of its earliest. */
  #addWhole(table: Held, base: number, batch: RecordBatch, row: number): void {
    if (!addRow(table, base, batch, row)) return
    const client = table.words[base + CLIENT]!
    const start = batch.fieldStart[CLIENT_FIELD]![row]!
    const length = batch.fieldLength[CLIENT_FIELD]![row]!
    // nearly always the client that the principal had before
    if (length < 0 || !this.#texts.holds(client, batch.bytes, start, length))
      table.words[base + CLIENT] = this.#keepField(batch, CLIENT_FIELD, row)
    table.words[base + AGENT] = this.#keepAgent(batch, row)
  }

  #hold(base: number): Held {
    const words = this.#table.words.slice(base, base + this.#table.stride)
    return { words, doubles: new Float64Array(words.buffer) }
  }

  #clear(table: Held, base: number): void {
    table.words.fill(0, base + FIRST, base + this.#table.stride)
  }

  /** Adds an earlier session to the one in the table. */
  #join(base: number, earlier: Held): void {
    const { words, doubles } = this.#table
    words[base + KIND] = words[base + KIND]! | (earlier.words[KIND]! & HAS_DENIAL)
    doubles[(base + FIRST) >> 1] = earlier.doubles[FIRST / 2]!
    if (!this.#collect) return
    for (const word of [COUNTS + UNCLEAR, COUNTS + SERVED, COUNTS + ACCEPTED, COUNTS + DENIED])
      words[base + word] = words[base + word]! + earlier.words[word]!
    doubles[(base + BYTES) >> 1] = doubles[(base + BYTES) >> 1]! + earlier.doubles[BYTES / 2]!
    doubles[(base + FIRST_OFFSET) >> 1] = earlier.doubles[FIRST_OFFSET / 2]!
    for (const word of [CLIENT, AGENT, FIRST_SOURCE, FIRST_LINE]) words[base + word] = earlier.words[word]!
  }

  #keepName(batch: RecordBatch, row: number): number {
    return this.#keepText(this.#names.nameOf(batch, row).id)
  }

  #keepText(text: string): number {
    return this.#texts.addText(text)
  }

  #keepField(batch: RecordBatch, field: number, row: number): number {
    const text = readText(batch, field, row)
    return text === null ? 0 : this.#keepText(text)
  }

  /** Agents come again with every client: kept once, by key. */
  #keepAgent(batch: RecordBatch, row: number): number {
    const low = batch.agentKey[2 * row]!
    const high = batch.agentKey[2 * row + 1]!
    if ((low | high) === 0) return 0
    const known = this.#agents.find(low, high)
    if (known >= 0) return this.#agents.words[known * 4 + 2]!
    const number = this.#keepField(batch, USER_AGENT_FIELD, row)
    const record = this.#agents.insert(low, high)
    if (record >= 0) this.#agents.words[record * 4 + 2] = number
    return number
  }
}

function keyText(words: Int32Array, base: number): string {
  return `${words[base]!}:${words[base + 1]!}`
}

/** Adds the time of a row to a session of which nothing else is asked. */
function stretchTo(doubles: Float64Array, base: number, t: number): void {
  if (t > doubles[(base + LAST) >> 1]!) doubles[(base + LAST) >> 1] = t
  else if (t < doubles[(base + FIRST) >> 1]!) doubles[(base + FIRST) >> 1] = t
}

/**
 * Adds one row to a session's totals, and its place where it is the earliest or latest by time, source, offset.
 *
 * @returns Whether it is the earliest.
 */
function addRow(table: Held, base: number, batch: RecordBatch, row: number): boolean {
  const { words, doubles } = table
  const size = batch.bytesSent[row]!
  const counted = base + COUNTS + batch.outcome[row]!
  words[counted] = words[counted]! + 1
  if (!Number.isNaN(size)) doubles[(base + BYTES) >> 1] = doubles[(base + BYTES) >> 1]! + size
  const t = batch.time[row]!
  if (t <= doubles[(base + LAST) >> 1]!) return slowPlace(words, doubles, base, batch, row)
  doubles[(base + LAST) >> 1] = t
  writePlace(words, doubles, base, LAST_SOURCE, LAST_LINE, LAST_OFFSET, batch, row)
  return false
}

/** Taken for rows that are not later than all before: equal stamps, and disorder. */
function slowPlace(
  words: Int32Array,
  doubles: Float64Array,
  base: number,
  batch: RecordBatch,
  row: number,
): boolean {
  const t = batch.time[row]!
  const last = doubles[(base + LAST) >> 1]!
  if (t === last && !isBefore(words, doubles, base, LAST_SOURCE, LAST_OFFSET, batch, row)) {
    writePlace(words, doubles, base, LAST_SOURCE, LAST_LINE, LAST_OFFSET, batch, row)
  }
  const first = doubles[(base + FIRST) >> 1]!
  if (t > first || (t === first && !isAtOrBefore(words, doubles, base, batch, row))) return false
  doubles[(base + FIRST) >> 1] = t
  writePlace(words, doubles, base, FIRST_SOURCE, FIRST_LINE, FIRST_OFFSET, batch, row)
  return true
}

/** Whether a row stands before the first one kept, or is it: a session's opening row is its earliest. */
function isAtOrBefore(
  words: Int32Array,
  doubles: Float64Array,
  base: number,
  batch: RecordBatch,
  row: number,
): boolean {
  const isFirst =
    batch.source === words[base + FIRST_SOURCE]! &&
    batch.placeOffset[row]! === doubles[(base + FIRST_OFFSET) >> 1]!
  return isFirst || isBefore(words, doubles, base, FIRST_SOURCE, FIRST_OFFSET, batch, row)
}

/** Whether a row stands before a kept place, by source and offset. */
function isBefore(
  words: Int32Array,
  doubles: Float64Array,
  base: number,
  source: number,
  offset: number,
  batch: RecordBatch,
  row: number,
): boolean {
  const kept = words[base + source]!
  return (
    batch.source < kept || (batch.source === kept && batch.placeOffset[row]! < doubles[(base + offset) >> 1]!)
  )
}

function writePlace(
  words: Int32Array,
  doubles: Float64Array,
  base: number,
  source: number,
  line: number,
  offset: number,
  batch: RecordBatch,
  row: number,
): void {
  words[base + source] = batch.source
  words[base + line] = batch.lineNumber[row]!
  doubles[(base + offset) >> 1] = batch.placeOffset[row]!
}

function placeOf(source: number, line: number, offset: number): SessionPlace {
  return { source: `S${source + 1}`, line, offset }
}

function bySessionOrder(a: Session, b: Session): number {
  return compare(a.start, b.start) || compare(a.end, b.end) || compare(a.principal.id, b.principal.id)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
