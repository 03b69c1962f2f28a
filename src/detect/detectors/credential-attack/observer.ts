import { ACCEPTED, FLAG, SERVED } from '../../../classify/contract.js'
import type { RecordBatch } from '../../../columns/contract.js'
import { toIso } from '../../../core/times.js'
import type { BoundHit, Observer, ObserverContext, Selection, Signal } from '../../../observe/contract.js'
import type { DetectorInput } from '../../contract.js'
import {
  AttemptLog,
  FAILED,
  FORBIDDEN,
  minuteStart,
  NO_USER,
  OPEN,
  OPEN_PAGE,
  OPEN_REDIRECT,
  PASSED,
  type ScopeKey,
} from './attempt-log.js'
import { EvidenceStore, unitKey, userKey } from './evidence.js'
import { HeldRows, type TakeHeld } from './held-rows.js'
import { type Limits, limitsOf } from './limits.js'
import { countAnswer, MOST_SCOPES, Scopes } from './scopes.js'
import { sealSignals } from './seal.js'

// copied out of their tables: a member would be looked up anew for every row
const {
  loginAttempt: LOGIN_ATTEMPT_FLAG,
  loginFailed: LOGIN_FAILED_FLAG,
  loginPassed: LOGIN_PASSED_FLAG,
  stampOutlier: STAMP_OUTLIER_FLAG,
} = FLAG
const ACCEPTED_CODE = ACCEPTED
const SERVED_CODE = SERVED
const EVENT_FLAGS = LOGIN_ATTEMPT_FLAG | LOGIN_FAILED_FLAG

/** Units with a refusal leave a bit here, so that nearly all other clients' rows are done with at once. */
const FILTER_BITS = 1 << 23

/** Share of the detector's memory for rows held back. */
const HELD_SHARE = 0.25

/** Rows between two looks at the memory of events. */
const SHRINK_EVERY = 1 << 14

export class CredentialAttackObserver implements Observer {
  readonly id = 'credential-attack'
  /** All rows: what was served tells whether a refusal was in earnest. */
  readonly wants = 0
  readonly scope = 'keyed'
  readonly horizon = 'retrospective'
  readonly #limits: Limits
  readonly #log: AttemptLog
  readonly #held: HeldRows
  readonly #scopes: Scopes
  readonly #evidence: EvidenceStore
  readonly #filter = new Int32Array(FILTER_BITS >>> 5)
  /** Of one visit, filled anew each time: the rows that were served. */
  #served = new Uint32Array(0)
  #watermark = Number.NEGATIVE_INFINITY
  #horizonMs = 0
  #sinceShrink = 0
  /** Candidates whose first refusals lie where served rows were let go early. */
  #hurried = 0
  #firstHurriedAt = Number.NaN

  constructor(input: DetectorInput) {
    this.#limits = limitsOf(input)
    this.#log = new AttemptLog(input.memoryBytes)
    this.#held = new HeldRows(input.memoryBytes * HELD_SHARE)
    this.#scopes = new Scopes(input.logins)
    this.#evidence = new EvidenceStore(input, this.#limits.episodeGapMs)
    this.#log.onFold = (numbers) => this.#renumber(numbers)
  }

  visit(batch: RecordBatch, { rows, count }: Selection, context: ObserverContext): void {
    const { flags, outcome } = batch
    this.#horizonMs = context.horizonMs
    if (this.#served.length < count) this.#served = new Uint32Array(2 * count)
    const served = this.#served
    let servedCount = 0
    for (let i = 0; i < count; i++) {
      const row = rows[i]!
      const bits = flags[row]!
      if ((bits & EVENT_FLAGS) !== 0) this.#visitAttempt(batch, row, context)
      else if (outcome[row] === SERVED_CODE || outcome[row] === ACCEPTED_CODE) {
        if ((bits & STAMP_OUTLIER_FLAG) === 0) served[servedCount++] = row
      }
    }
    this.#hold(batch, servedCount)
  }

  #hold(batch: RecordBatch, count: number): void {
    for (let next = 0; next < count; ) {
      next = this.#held.add(batch, this.#served, next, count)
      // the memory for rows held back is full
      if (next < count) this.#held.release(this.#watermark - this.#horizonMs, this.#takeServed)
    }
  }

  advance(watermarkMs: number): void {
    this.#watermark = watermarkMs
  }

  merge(other: this): void {
    const numbers = new Map<number, number>()
    const users = other.#log.userNames
    this.#log.merge(other.#log, (theirs, ours) => {
      numbers.set(theirs, ours)
      this.#mark(ours)
    })
    this.#scopes.merge(other.#scopes)
    this.#evidence.merge(other.#evidence, (key) => {
      const [kind, number, rest] = key.split('|')
      const ours =
        kind === 'unit' ? numbers.get(Number(number)) : this.#log.numberOfUser(users[Number(number)]!)
      return `${kind}|${ours}|${rest}`
    })
    this.#held.merge(other.#held)
    this.#hurried += other.#hurried
    if (!(this.#firstHurriedAt <= other.#firstHurriedAt)) this.#firstHurriedAt = other.#firstHurriedAt
  }

  *seal(context: ObserverContext): Iterable<Signal> {
    this.#held.releaseAll(this.#takeServed)
    this.#log.settle()
    yield* sealSignals(this.#log, this.#scopes, this.#evidence, this.#limits, context)
  }

  snapshot(): Readonly<Record<string, number>> {
    return { candidates: this.#evidence.size, clients: this.#log.units.size }
  }

  bounds(): readonly BoundHit[] {
    const { folded, otherUsers, limit, maxUsers } = this.#log
    const { dropped } = this.#scopes
    const hits = [
      bound('attempts', limit, folded.units, folded.firstAt, () => {
        return `${folded.units} clients with ${folded.events} attempts, the fewest each, are counted here and in no finding`
      }),
      bound('users', maxUsers, otherUsers.attempts, otherUsers.firstAt, (attempts) => {
        return `the users of ${attempts} attempts count as one`
      }),
      bound('routes', MOST_SCOPES, dropped.attempts, dropped.firstAt, (attempts) => {
        return `${attempts} attempts at more routes than these are in no finding`
      }),
      bound('served requests held', this.#held.limit, this.#hurried, this.#firstHurriedAt, (clients) => {
        return `what ${clients} clients were served within minutes of their first refusal may not be counted`
      }),
    ]
    return [...this.#evidence.bounds(this.id), ...hits.filter(({ count }) => count > 0)]
  }

  #visitAttempt(batch: RecordBatch, row: number, context: ObserverContext): void {
    const flags = batch.flags[row]!
    const code = codeOf(flags, batch.status[row]!)
    if (code === 0 || (flags & STAMP_OUTLIER_FLAG) !== 0) return
    const time = batch.time[row]!
    const user = this.#log.userOf(batch, row)
    // 403 away from a login says that this user may not, not that nobody believed who it is
    const isWeak = (flags & LOGIN_ATTEMPT_FLAG) === 0 && (user === NO_USER || code === FORBIDDEN)
    const key = scopeKey(batch, row, isWeak)
    if (++this.#sinceShrink >= SHRINK_EVERY) {
      this.#sinceShrink = 0
      this.#log.shrink(time)
    }
    const unit = this.#log.unitOf(batch, row, key)
    this.#mark(unit)
    // where many are refused once at some path, one refusal makes no candidate: an eighth of the lowest floor
    const opens = !key.isWeak || this.#log.units.column.count[unit]! > 0 || this.#evidence.hasRoom
    const scope = opens ? this.#scopes.take(batch, row, key.low, key.high, key.isWeak) : undefined
    this.#log.add(unit, time, user, batch.agentKey[2 * row]!, code)
    if (scope === undefined) return
    countAnswer(scope, code, batch.status[row]!)
    const ofUnit = unitKey(unit, batch.agentKey[2 * row]!)
    if (time <= this.#held.forcedUpTo + this.#horizonMs && !this.#evidence.has(ofUnit)) this.#hurry(time)
    this.#evidence.add(ofUnit, batch, row, context, code, code === PASSED)
    if (user !== NO_USER && !isWeak)
      this.#evidence.add(userKey(user, key.low, key.high), batch, row, context, code, false)
  }

  #hurry(time: number): void {
    this.#hurried++
    if (!(this.#firstHurriedAt <= time)) this.#firstHurriedAt = time
  }

  readonly #takeServed: TakeHeld = (time, units, agent, tag) => {
    this.#takeKey(time, units[0]!, units[1]!, agent, tag)
    this.#takeKey(time, units[2]!, units[3]!, agent, tag)
  }

  #takeKey(time: number, low: number, high: number, agent: number, tag: number): void {
    if ((this.#filter[(low >>> 5) & ((FILTER_BITS >>> 5) - 1)]! & (1 << (low & 31))) === 0) return
    const unit = this.#log.find(low, high)
    if (unit < 0 || minuteStart(time) - this.#log.units.column.last[unit]! > this.#limits.successWithinMs)
      return
    this.#log.addServed(unit, time, tag, agent)
  }

  #mark(unit: number): void {
    const { keyLow, client } = this.#log.units.column
    const low = keyLow[unit]!
    this.#held.markClient(client[unit]!)
    const at = (low >>> 5) & ((FILTER_BITS >>> 5) - 1)
    this.#filter[at] = this.#filter[at]! | (1 << (low & 31))
  }

  #renumber(numbers: Int32Array): void {
    this.#evidence.rename((key) => {
      const [kind, number, rest] = key.split('|')
      if (kind !== 'unit') return key
      const unit = numbers[Number(number)]!
      return unit < 0 ? null : `${kind}|${unit}|${rest}`
    })
  }
}

function bound(
  name: string,
  limit: number,
  count: number,
  firstAt: number,
  effectOf: (count: number) => string,
): BoundHit {
  return {
    name: `credential-attack: ${name}`,
    limit,
    count,
    firstAt: count === 0 ? '' : toIso(firstAt),
    effect: effectOf(count),
  }
}

/** By route; where nothing says that a credential was tried, by path and method: another object is another question. */
function scopeKey(batch: RecordBatch, row: number, isWeak: boolean): ScopeKey {
  const at = 2 * row
  const low = batch.routeKey[at]!
  const high = batch.routeKey[at + 1]!
  return isWeak
    ? { low: batch.pathKey[at]! ^ low, high: batch.pathKey[at + 1]! ^ high, isWeak }
    : { low, high, isWeak }
}

/** What an attempt's status says; 0 for one that met no login: 404, 405, 410. */
function codeOf(flags: number, status: number): number {
  if ((flags & LOGIN_FAILED_FLAG) !== 0)
    return status === 403 || status === 423 || status === 429 ? FORBIDDEN : FAILED
  if ((flags & LOGIN_PASSED_FLAG) !== 0) return PASSED
  if (status === 404 || status === 405 || status === 410) return 0
  if (status >= 200 && status < 300) return OPEN_PAGE
  return status === 302 || status === 303 ? OPEN_REDIRECT : OPEN
}
