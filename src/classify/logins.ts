import type { RecordBatch } from '../columns/contract.js'
import { FLAG, type LoginRule } from './contract.js'
import { EntryPointMatcher } from './entry-points.js'
import { LOGIN_SEGMENTS, LOGIN_TABLE, type LoginRow } from './login-table.js'
import { lowerAscii } from './normal-path.js'
import { isWriting } from './outcome.js'
import type { SegmentFilter } from './segment-filter.js'

const {
  loginAttempt: LOGIN_ATTEMPT_FLAG,
  loginFailed: LOGIN_FAILED_FLAG,
  loginPassed: LOGIN_PASSED_FLAG,
} = FLAG

/** Statuses that refuse a login, whatever the application. */
const REFUSALS: ReadonlySet<number> = new Set([401, 403, 429])

/**
 * Statuses that say no where nothing is known of the application: bad request, unprocessable, locked. What else a login
 * answers (the form again with 200, or a 200 with a token in it; a redirect inside, or one back to the form) says yes on
 * one site and no on another, and the attempt is left open: only the route's other answers can tell.
 */
const GENERIC_REFUSALS: ReadonlySet<number> = new Set([...REFUSALS, 400, 422, 423])

/** Number of the generic login; those of the table follow. Declared ones are 1 to 32. */
const GENERIC = 33
const FIRST_ROW = 34

interface Ending {
  /** With the slash before it. */
  readonly path: string
  readonly number: number
}

/** Endings by their last segment, longest first: most paths are dismissed by one look-up. */
const ENDINGS: ReadonlyMap<string, readonly Ending[]> = endingsBySegment()

function endingsBySegment(): Map<string, Ending[]> {
  const found = new Map<string, Ending[]>(LOGIN_SEGMENTS.map((segment) => [segment, []]))
  LOGIN_TABLE.forEach(({ endings }, row) => {
    for (const ending of endings) {
      const segment = lastSegment(`/${ending}`)
      const known = found.get(segment) ?? []
      found.set(segment, known)
      known.push({ path: `/${ending}`, number: FIRST_ROW + row })
    }
  })
  for (const endings of found.values()) endings.sort((a, b) => b.path.length - a.path.length)
  return found
}

const GENERIC_SEGMENTS: ReadonlySet<string> = new Set(LOGIN_SEGMENTS)

function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** Tells login attempts and what became of them, by path first, then by method and status. */
export class LoginMatcher {
  readonly #declared: readonly LoginRule[]
  readonly #matcher: EntryPointMatcher

  /** @param declared  Logins of the case; they stand before the built-in ones. At most 32. */
  constructor(declared: readonly LoginRule[], ignoreCase: boolean) {
    this.#declared = declared
    this.#matcher = new EntryPointMatcher(declared, ignoreCase)
  }

  /** Number of the login that a normal path belongs to; 0 for none. For caches by path. */
  find(path: string): number {
    const bits = this.#matcher.matchPath(path)
    if (bits !== 0) return 1 + (31 - Math.clz32(bits & -bits))
    const segment = lowerAscii(lastSegment(path))
    const endings = ENDINGS.get(segment)
    if (endings === undefined) return 0
    const whole = lowerAscii(path)
    const ending = endings.find((it) => whole.endsWith(it.path))
    return ending?.number ?? (GENERIC_SEGMENTS.has(segment) ? GENERIC : 0)
  }

  /** Adds what a path must have to be a login's: the first segment of a declared one, or the last one of a built-in one. */
  addSegments(first: SegmentFilter, last: SegmentFilter): void {
    this.#matcher.addFirstSegments(first)
    for (const segment of ENDINGS.keys()) last.add(segment)
  }

  /** FLAG bits of a row whose path belongs to login `number`. */
  flagsOf(number: number, batch: RecordBatch, row: number): number {
    const status = batch.status[row]!
    const rule = this.#declared[number - 1]
    if (rule === undefined) {
      if (!isWriting(batch.method[row]!)) return 0
      const known = LOGIN_TABLE[number - FIRST_ROW]
      return known === undefined ? genericFlags(status) : flagsBy(known, status)
    }
    const bit = 1 << (number - 1)
    if ((this.#matcher.checkConditions(bit >>> 0, batch, row) & bit) === 0) return 0
    return rule.failure.length + rule.success.length === 0 ? genericFlags(status) : flagsBy(rule, status)
  }

  /** Whether programs log in there by themselves, with what somebody gave them once. */
  isForPrograms(number: number): boolean {
    return LOGIN_TABLE[number - FIRST_ROW]?.isForPrograms === true
  }

  /** Application or declared id of a login's number, for showing; null for a generic one. */
  nameOf(number: number): string | null {
    return this.#declared[number - 1]?.id ?? LOGIN_TABLE[number - FIRST_ROW]?.application ?? null
  }
}

function genericFlags(status: number): number {
  return GENERIC_REFUSALS.has(status) ? LOGIN_ATTEMPT_FLAG | LOGIN_FAILED_FLAG : LOGIN_ATTEMPT_FLAG
}

function flagsBy({ failure, success }: Pick<LoginRow, 'failure' | 'success'>, status: number): number {
  if (success.includes(status)) return LOGIN_ATTEMPT_FLAG | LOGIN_PASSED_FLAG
  const isRefused = REFUSALS.has(status) || failure.includes(status)
  return isRefused ? LOGIN_ATTEMPT_FLAG | LOGIN_FAILED_FLAG : LOGIN_ATTEMPT_FLAG
}
