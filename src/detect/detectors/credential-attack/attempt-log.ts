import { FIELD, type RecordBatch } from '../../../columns/contract.js'
import { readText } from '../../../columns/view.js'
import { joinKeys } from '../../../core/keys.js'
import { PackedTable } from '../../../core/packed-table.js'
import { TextPool } from '../../../core/text-pool.js'
import { Columns } from './columns.js'
import { clientName, ipv4Of, isIpv4Text, userTag } from './row-names.js'

/** What an event was; see `codeOf` (observer.ts). SERVED: not an attempt, but let in where it was refused. */
export const FAILED = 1
/** 403, 423 or 429: refused, but perhaps not for the password. */
export const FORBIDDEN = 2
export const PASSED = 3
export const OPEN_PAGE = 4
export const OPEN_REDIRECT = 5
export const OPEN = 6
export const SERVED = 7

/** Where attempts were made: a login route, a route that asks for a user, or a path that refuses (weak). */
export interface ScopeKey {
  readonly low: number
  readonly high: number
  /** Nothing says that a credential was tried: no login, and no user in the log. */
  readonly isWeak: boolean
}

/** Memory of a unit: record at a load of 0.3 to 0.6, and its columns. */
const UNIT_BYTES = 58
const EVENT_BYTES = 25
/** Events of a unit beyond this many may be told apart by minute only when memory runs out. */
const EXACT_EVENTS = 256
/** Events from which on those of busy units are counted by minute: judging takes some 100 bytes for each. */
const MANY_EVENTS = 1 << 19
const MINUTE_MS = 60_000
/** Distinct claimed users; later ones count as one. */
const MAX_USERS = 1 << 18
const USER_BYTES = 120

export const NO_USER = 0
/** Stands for all claimed users beyond the bound. */
export const OTHER_USER = 1

/**
 * All attempts of all clients, as columns: 25 bytes an event, some 58 a unit (a client at one scope). Nothing is judged
 * here, so that the order of rows is nothing and two logs are joined by adding one to the other. When memory runs out,
 * repeated events are counted by minute, and then the units with fewest events are folded into a total.
 */
export class AttemptLog {
  readonly events = new Columns({
    time: Float64Array,
    unit: Int32Array,
    user: Int32Array,
    agent: Int32Array,
    weight: Int32Array,
    code: Uint8Array,
  })
  readonly units = new Columns({
    keyLow: Int32Array,
    keyHigh: Int32Array,
    client: Int32Array,
    address: Uint32Array,
    text: Int32Array,
    scopeLow: Int32Array,
    scopeHigh: Int32Array,
    weak: Uint8Array,
    count: Int32Array,
    /** Time of the last event that is no success. */
    last: Float64Array,
    /** Last event of code SERVED, 1 more than its number; 0 for none. */
    served: Int32Array,
  })
  readonly userNames: string[] = ['', '']
  readonly userTags: number[] = [0, 0]
  #userNumbers = new Map<string, number>()
  #userOfTag = new Map<number, number>()
  #table: PackedTable
  readonly #texts: TextPool
  readonly #memoryBytes: number
  readonly maxUsers: number
  readonly #key = new Int32Array(2)
  readonly #maxUnits: number
  #mergeAt = MANY_EVENTS
  folded = { units: 0, events: 0, firstAt: Number.NaN }
  /** Attempts whose user is one beyond the bound. */
  readonly otherUsers = { attempts: 0, firstAt: Number.NaN }
  /** Events that stand for their minute. */
  merged = 0

  constructor(memoryBytes: number) {
    this.#memoryBytes = memoryBytes
    this.#maxUnits = Math.max(16, Math.floor(memoryBytes / (UNIT_BYTES + EVENT_BYTES)))
    this.maxUsers = Math.min(MAX_USERS, Math.max(16, Math.floor((memoryBytes * 0.2) / USER_BYTES)))
    this.#texts = new TextPool(Math.max(1 << 17, memoryBytes * 0.1))
    this.#table = new PackedTable(3, this.#maxUnits)
  }

  get limit(): number {
    return this.#maxUnits
  }

  /** Number of the unit of a row's client at a scope, made if it is new. Valid until the next `unitOf`, which may fold. */
  unitOf(batch: RecordBatch, row: number, scope: ScopeKey): number {
    const at = 2 * row
    const low = batch.clientKey[at]!
    const high = batch.clientKey[at + 1]!
    joinKeys(low, high, scope.low, scope.high, this.#key, 0)
    const known = this.find(this.#key[0]!, this.#key[1]!)
    if (known >= 0) return known
    this.#makeRoom(batch.time[row]!)
    const start = batch.fieldStart[FIELD.client]![row]!
    const length = batch.fieldLength[FIELD.client]![row]!
    const isPlain = length > 0 && isIpv4Text(batch.bytes, start, length)
    return this.#newUnit(this.#key[0]!, this.#key[1]!, {
      client: low,
      address: isPlain ? ipv4Of(batch.bytes, start, length) : 0,
      text: isPlain ? 0 : this.#texts.addText(clientName(readText(batch, FIELD.client, row))),
      scope,
    })
  }

  /** Number of the unit with this key (client joined with scope), or -1. */
  find(low: number, high: number): number {
    const record = this.#table.find(low, high)
    return record < 0 ? -1 : this.#table.words[record * this.#table.stride + 2]!
  }

  add(unit: number, time: number, user: number, agent: number, code: number): void {
    this.events.push({ time, unit, user, agent, weight: 1, code })
    const { count, last } = this.units.column
    count[unit]!++
    if (code !== PASSED && time > last[unit]!) last[unit] = time
  }

  /**
   * Adds a request that was served; those of one minute, user and agent are one event. Its `user` is the tag: whether that
   * user is claimed in an attempt may show later.
   */
  addServed(unit: number, time: number, user: number, agent: number): void {
    const { column } = this.events
    const last = this.units.column.served[unit]! - 1
    const isSame =
      last >= 0 &&
      column.user[last] === user &&
      column.agent[last] === agent &&
      minuteOf(column.time[last]!) === minuteOf(time)
    if (isSame) {
      column.weight[last]!++
      if (time < column.time[last]!) column.time[last] = time
      return
    }
    this.events.push({ time, unit, user, agent, weight: 1, code: SERVED })
    this.units.column.served[unit] = this.events.size
  }

  /** Number of a claimed user; 0 for none. */
  userOf(batch: RecordBatch, row: number): number {
    const name = readText(batch, FIELD.user, row)
    if (name === null || name === '') return NO_USER
    const number = this.#userNumber(name, userTag(batch, row))
    if (number === OTHER_USER) count(this.otherUsers, 1, batch.time[row]!)
    return number
  }

  /** Number of a user's name; OTHER_USER for one that is not held. */
  numberOfUser(name: string): number {
    return this.#userNumbers.get(name) ?? OTHER_USER
  }

  /** Number of the claimed user with a tag; below 0 for a user whom nobody claimed in an attempt, one for each tag. */
  userOfTag(tag: number): number {
    return tag === 0 ? NO_USER : (this.#userOfTag.get(tag) ?? tag | 0x80000000)
  }

  nameOf(unit: number): string {
    const { text, address } = this.units.column
    const word = address[unit]!
    if (text[unit] === 0 && word === 0) return '-'
    return this.#texts.read(text[unit]!) ?? dotted(word)
  }

  /** The /24 of a unit's IPv4 address as a number; -1 for other clients. An IPv6 client is a /64 already. */
  networkOf(unit: number): number {
    const { text, address } = this.units.column
    return text[unit] === 0 && address[unit] !== 0 ? address[unit]! >>> 8 : -1
  }

  /** Takes in another log; `onUnit` is told the new number of each of its units. */
  merge(other: AttemptLog, onUnit: (theirs: number, ours: number) => void): void {
    const units = new Int32Array(other.units.size)
    const { column } = other.units
    for (let unit = 0; unit < other.units.size; unit++) {
      const low = column.keyLow[unit]!
      const high = column.keyHigh[unit]!
      let ours = this.find(low, high)
      if (ours < 0) {
        const name = other.nameOf(unit)
        const isPlain = other.networkOf(unit) >= 0
        ours = this.#newUnit(low, high, {
          client: column.client[unit]!,
          address: isPlain ? column.address[unit]! : 0,
          text: isPlain || name === '-' ? 0 : this.#texts.addText(name),
          scope: {
            low: column.scopeLow[unit]!,
            high: column.scopeHigh[unit]!,
            isWeak: column.weak[unit] === 1,
          },
        })
      }
      units[unit] = ours
      this.units.column.count[ours]! += column.count[unit]!
      this.units.column.last[ours] = Math.max(this.units.column.last[ours]!, column.last[unit]!)
      onUnit(unit, ours)
    }
    const users = other.userNames.map((name, i) =>
      i <= OTHER_USER ? i : this.#userNumber(name, other.userTags[i]!),
    )
    const theirs = other.events.column
    for (let i = 0; i < other.events.size; i++) {
      const event = {
        time: theirs.time[i]!,
        agent: theirs.agent[i]!,
        weight: theirs.weight[i]!,
        code: theirs.code[i]!,
      }
      const user = theirs.user[i]!
      this.events.push({
        ...event,
        unit: units[theirs.unit[i]!]!,
        user: event.code === SERVED ? user : users[user]!,
      })
    }
    this.folded.units += other.folded.units
    this.folded.events += other.folded.events
    if (!(this.folded.firstAt <= other.folded.firstAt)) this.folded.firstAt = other.folded.firstAt
    count(this.otherUsers, other.otherUsers.attempts, other.otherUsers.firstAt)
    this.merged += other.merged
  }

  /** Told when units are folded away, with the new number of each, -1 for those that are gone. */
  onFold: (numbers: Int32Array) => void = () => {}

  #newUnit(
    keyLow: number,
    keyHigh: number,
    from: { client: number; address: number; text: number; scope: ScopeKey },
  ): number {
    const unit = this.units.size
    const { low: scopeLow, high: scopeHigh, isWeak } = from.scope
    this.units.push({
      keyLow,
      keyHigh,
      client: from.client,
      address: from.address,
      text: from.text,
      scopeLow,
      scopeHigh,
      weak: isWeak ? 1 : 0,
      count: 0,
      last: Number.NEGATIVE_INFINITY,
      served: 0,
    })
    const record = this.#table.insert(keyLow, keyHigh)
    this.#table.words[record * this.#table.stride + 2] = unit
    return unit
  }

  #userNumber(name: string, tag: number): number {
    const known = this.#userNumbers.get(name)
    if (known !== undefined) return known
    if (this.userNames.length >= this.maxUsers) return OTHER_USER
    const number = this.userNames.length
    this.userNames.push(name)
    this.userTags.push(tag)
    this.#userNumbers.set(name, number)
    this.#userOfTag.set(tag, number)
    return number
  }

  get #used(): number {
    return this.units.size * UNIT_BYTES + this.events.size * EVENT_BYTES
  }

  /** Makes room for one more unit or for more events. */
  #makeRoom(now: number): void {
    if (this.events.size > this.#mergeAt) {
      this.#mergeMinutes()
      this.#mergeAt = Math.max(MANY_EVENTS, 2 * this.events.size)
    }
    if (this.units.size < this.#maxUnits - 1 && this.#used < this.#memoryBytes) return
    if (this.units.size >= this.#maxUnits - 1 || this.#used >= 0.8 * this.#memoryBytes) this.#foldFewest(now)
  }

  /** To be called when all is read: so that what was counted by minute does not depend on when that began. */
  settle(): void {
    if (this.merged > 0) this.#mergeMinutes()
  }

  /** To be called now and then: events alone may fill the memory as well. */
  shrink(now: number): void {
    this.#makeRoom(now)
  }

  /** Counts events of busy units that differ by less than a minute as one. */
  #mergeMinutes(): void {
    const { column, size } = this.events
    const { count } = this.units.column
    const known = new Map<string, number>()
    let to = 0
    for (let i = 0; i < size; i++) {
      const unit = column.unit[i]!
      if (count[unit]! > EXACT_EVENTS) {
        const key = `${unit} ${column.user[i]} ${column.agent[i]} ${column.code[i]} ${minuteOf(column.time[i]!)}`
        const at = known.get(key)
        if (at !== undefined) {
          column.weight[at]! += column.weight[i]!
          if (column.time[i]! < column.time[at]!) column.time[at] = column.time[i]!
          this.merged++
          continue
        }
        known.set(key, to)
      }
      this.events.move(i, to++)
    }
    this.events.size = to
    this.units.column.served.fill(0)
  }

  /** Drops weak units with one event, then those with the next fewest, until three fifths of the memory suffice. */
  #foldFewest(now: number): void {
    if (this.folded.units === 0) this.folded.firstAt = now
    const { count, weak } = this.units.column
    for (let least = 1; this.units.size > 8; least *= 2) {
      const isWeakOnly = least === 1
      this.#keep((unit) => count[unit]! > least || (isWeakOnly && weak[unit] === 0))
      const target = 0.6 * this.#memoryBytes
      if (this.#used <= target && this.units.size <= 0.6 * this.#maxUnits) return
      if (least > 1 << 20) return
    }
  }

  #keep(keep: (unit: number) => boolean): void {
    const numbers = new Int32Array(this.units.size).fill(-1)
    let kept = 0
    for (let unit = 0; unit < numbers.length; unit++) if (keep(unit)) numbers[unit] = kept++
    if (kept === numbers.length) return
    this.folded.units += numbers.length - kept
    for (let unit = 0; unit < numbers.length; unit++)
      if (numbers[unit]! >= 0) this.units.move(unit, numbers[unit]!)
    this.units.size = kept
    this.#table = new PackedTable(3, this.#maxUnits)
    for (let unit = 0; unit < kept; unit++) {
      const record = this.#table.insert(this.units.column.keyLow[unit]!, this.units.column.keyHigh[unit]!)
      this.#table.words[record * this.#table.stride + 2] = unit
    }
    this.#keepEvents(numbers)
    this.onFold(numbers)
  }

  #keepEvents(numbers: Int32Array): void {
    const { column, size } = this.events
    let to = 0
    for (let i = 0; i < size; i++) {
      const unit = numbers[column.unit[i]!]!
      if (unit < 0) {
        if (column.code[i] !== SERVED) this.folded.events += column.weight[i]!
        continue
      }
      this.events.move(i, to)
      column.unit[to++] = unit
    }
    this.events.size = to
    this.units.column.served.fill(0)
  }
}

function count(bound: { attempts: number; firstAt: number }, attempts: number, at: number): void {
  bound.attempts += attempts
  if (!(bound.firstAt <= at)) bound.firstAt = at
}

/** Start of the minute that a time lies in: served requests are counted by it. */
export function minuteStart(time: number): number {
  return minuteOf(time) * MINUTE_MS
}

function minuteOf(time: number): number {
  return Math.floor(time / MINUTE_MS)
}

function dotted(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`
}
