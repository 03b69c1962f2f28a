import { FLAG, type LoginRule } from '../../../classify/contract.js'
import { LoginMatcher } from '../../../classify/logins.js'
import { normalPath, toText } from '../../../classify/normal-path.js'
import { routeNameOf } from '../../../classify/route.js'
import type { RecordBatch } from '../../../columns/contract.js'
import { readMethod } from '../../../columns/view.js'
import { FAILED, FORBIDDEN, OPEN, OPEN_PAGE, OPEN_REDIRECT, PASSED } from './attempt-log.js'

const { loginAttempt: LOGIN_ATTEMPT_FLAG } = FLAG

/** Scopes named; attempts at later ones are not looked at. */
export const MOST_SCOPES = 1 << 16

/** Where attempts were made, and how it answers them. */
export interface Scope {
  /** `POST /login`; a weak scope is one path and not a route. */
  readonly id: string
  readonly isLogin: boolean
  readonly isWeak: boolean
  /** Programs come here by themselves, with what somebody gave them once: token endpoints. */
  readonly isForPrograms: boolean
  /** The application or declared login; null for a generic login, or none. */
  readonly application: string | null
  /** Answers to attempts by kind, of all clients. */
  refusals: number
  pages: number
  redirects: number
  /** All refusals were 403, 423 or 429. */
  isForbidden: boolean
}

/** What an attempt's answer means, once all answers of its route are known. */
export const SAYS_NO = 1
export const SAYS_YES = 2
export const SAYS_NOTHING = 3

export class Scopes {
  readonly #matcher: LoginMatcher
  readonly #known = new Map<string, Scope>()
  /** Attempts at scopes beyond the bound. */
  readonly dropped = { attempts: 0, firstAt: Number.NaN }

  constructor(logins: readonly LoginRule[]) {
    this.#matcher = new LoginMatcher(logins, false)
  }

  get(low: number, high: number): Scope | undefined {
    return this.#known.get(`${low}:${high}`)
  }

  /** The scope of a row, made if it is new; undefined when there are too many. */
  take(batch: RecordBatch, row: number, low: number, high: number, isWeak: boolean): Scope | undefined {
    const known = this.get(low, high)
    if (known !== undefined) return known
    if (this.#known.size >= MOST_SCOPES) this.#prune()
    if (this.#known.size >= MOST_SCOPES) {
      this.#drop(1, batch.time[row]!)
      return undefined
    }
    const scope = this.#make(batch, row, isWeak)
    this.#known.set(`${low}:${high}`, scope)
    return scope
  }

  merge(other: Scopes): void {
    for (const [key, theirs] of other.#known) {
      const ours = this.#known.get(key)
      if (ours === undefined) this.#known.set(key, { ...theirs })
      else {
        for (const name of ['refusals', 'pages', 'redirects'] as const) ours[name] += theirs[name]
        ours.isForbidden &&= theirs.isForbidden
      }
    }
    this.#drop(other.dropped.attempts, other.dropped.firstAt)
  }

  #drop(attempts: number, at: number): void {
    this.dropped.attempts += attempts
    if (!(this.dropped.firstAt <= at)) this.dropped.firstAt = at
  }

  /** Forgets those with one answer: of a scan over many paths; each is named anew if it comes again. */
  #prune(): void {
    for (const [key, { refusals, pages, redirects }] of this.#known)
      if (refusals + pages + redirects < 2) this.#known.delete(key)
  }

  #make(batch: RecordBatch, row: number, isWeak: boolean): Scope {
    const path = pathOf(batch, row)
    const isLogin = (batch.flags[row]! & LOGIN_ATTEMPT_FLAG) !== 0
    const number = isLogin ? this.#matcher.find(path) : 0
    return {
      id: isWeak ? `${readMethod(batch, row) ?? '-'} ${toText(path)}` : routeNameOf(batch, row, false),
      isLogin,
      isWeak,
      isForPrograms: !isLogin || this.#matcher.isForPrograms(number),
      application: this.#matcher.nameOf(number),
      refusals: 0,
      pages: 0,
      redirects: 0,
      isForbidden: true,
    }
  }
}

function pathOf(batch: RecordBatch, row: number): string {
  const length = batch.pathLength[row]!
  return length < 0 ? '/' : normalPath(batch.bytes, batch.pathStart[row]!, length)
}

/** Counts an answer, so that the route's answers can tell what an open one means. */
export function countAnswer(scope: Scope, code: number, status: number): void {
  if (code !== FORBIDDEN) scope.isForbidden = false
  if (code === FAILED || (code === FORBIDDEN && !scope.isLogin)) scope.refusals++
  else if (code === OPEN_PAGE) scope.pages++
  else if (code === OPEN_REDIRECT || (code === PASSED && status >= 300)) scope.redirects++
}

/**
 * What a code means at a scope. Of answers that the status alone leaves open, the route's own decide:
 *
 *     400, 401, 422 seen, no redirect          a page or document (2xx) is the success: a JSON API
 *     both pages and redirects seen            the form again (2xx) is the failure, the redirect the success
 *     redirects and 400, 401, 422, no pages    the redirect is the success
 *     one kind only                            nothing can be told
 *
 * Where all three are seen, there are as many refusals as redirects or the refusals are not the application's no.
 */
export function meaningOf(code: number, scope: Scope): number {
  if (code === FAILED || code === FORBIDDEN) return SAYS_NO
  if (code === PASSED) return SAYS_YES
  if (code === OPEN || (code !== OPEN_PAGE && code !== OPEN_REDIRECT)) return SAYS_NOTHING
  const { refusals, pages, redirects } = scope
  const refusesByStatus = refusals > 0 && (redirects === 0 || pages === 0 || refusals >= redirects)
  if (refusesByStatus) return SAYS_YES
  if (pages === 0 || redirects === 0) return SAYS_NOTHING
  return code === OPEN_PAGE ? SAYS_NO : SAYS_YES
}
