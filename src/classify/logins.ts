import type { RecordBatch } from '../columns/contract.js'
import { FLAG, type LoginRule } from './contract.js'
import { EntryPointMatcher } from './entry-points.js'
import { lowerAscii } from './normal-path.js'
import { isWriting } from './outcome.js'

const {
  loginAttempt: LOGIN_ATTEMPT_FLAG,
  loginFailed: LOGIN_FAILED_FLAG,
  loginPassed: LOGIN_PASSED_FLAG,
} = FLAG

/** Statuses that refuse a login, whatever the application. */
const REFUSALS: ReadonlySet<number> = new Set([401, 403, 429])

/** Last segments of login forms and token endpoints in wide use; the case declares others. */
const LOGIN_SEGMENTS = new Set([
  'login',
  'signin',
  'sign-in',
  'sign_in',
  'log-in',
  'logon',
  'authenticate',
  'wp-login.php',
  'login.php',
  'login.aspx',
  'login.jsp',
  'login.do',
  'login.html',
  'j_security_check',
  'xmlrpc.php',
  'token',
  'oauth2',
  'authorize',
  'session',
  'sessions',
])

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
    return LOGIN_SEGMENTS.has(lowerAscii(path.slice(path.lastIndexOf('/') + 1))) ? BUILT_IN : 0
  }

  /** FLAG bits of a row whose path belongs to login `number`. */
  flagsOf(number: number, batch: RecordBatch, row: number): number {
    const rule = this.#declared[number - 1]
    if (rule === undefined) return isWriting(batch.method[row]!) ? LOGIN_ATTEMPT_FLAG : 0
    const bit = 1 << (number - 1)
    if ((this.#matcher.checkConditions(bit, batch, row) & bit) === 0) return 0
    const status = batch.status[row]!
    if (REFUSALS.has(status) || rule.failure.includes(status)) return LOGIN_ATTEMPT_FLAG | LOGIN_FAILED_FLAG
    return rule.success.includes(status) ? LOGIN_ATTEMPT_FLAG | LOGIN_PASSED_FLAG : LOGIN_ATTEMPT_FLAG
  }
}

const BUILT_IN = 33
