import { describe, expect, it } from 'vitest'
import { FLAG, type LoginRule } from '../../src/classify/contract.js'
import { LOGIN_SEGMENTS, LOGIN_TABLE } from '../../src/classify/login-table.js'
import { LoginMatcher } from '../../src/classify/logins.js'
import { createBatch } from '../../src/columns/batch.js'
import { METHODS } from '../../src/columns/contract.js'

const OPEN = FLAG.loginAttempt
const FAILED = FLAG.loginAttempt | FLAG.loginFailed
const PASSED = FLAG.loginAttempt | FLAG.loginPassed
const REFUSALS = [401, 403, 429]

const BUILT_IN = new LoginMatcher([], false)

/** Flags of one request. */
function flagsOf(path: string, status: number, method = 'POST', matcher = BUILT_IN): number {
  const batch = createBatch(1, [])
  batch.rowCount = 1
  batch.status[0] = status
  batch.method[0] = (METHODS as readonly string[]).indexOf(method)
  const number = matcher.find(path)
  return number === 0 ? 0 : matcher.flagsOf(number, batch, 0)
}

describe.each(LOGIN_TABLE)('the login of $application', ({ application, endings, failure, success }) => {
  it.each(endings)('is known at %s, under a prefix, in any case, by its statuses', (ending) => {
    for (const path of [`/${ending}`, `/some/prefix/${ending}`, `/${ending.toUpperCase()}`]) {
      expect(BUILT_IN.nameOf(BUILT_IN.find(path))).toBe(application)
      for (const status of [...failure, ...REFUSALS]) expect(flagsOf(path, status), `${status}`).toBe(FAILED)
      for (const status of success) expect(flagsOf(path, status), `${status}`).toBe(PASSED)
      for (const status of [500, 502, 301]) expect(flagsOf(path, status), `${status}`).toBe(OPEN)
    }
  })

  it.each(endings)('is no attempt when %s is only looked at, or is part of a name', (ending) => {
    for (const method of ['GET', 'HEAD', 'OPTIONS']) expect(flagsOf(`/${ending}`, 401, method)).toBe(0)
    expect(BUILT_IN.nameOf(BUILT_IN.find(`/not${ending}`))).not.toBe(application)
    expect(flagsOf(`/${ending}/more`, 401)).toBe(0)
  })

  it('says what it knows once: no status both ways, no refusal that is one everywhere', () => {
    expect(failure.filter((status) => success.includes(status))).toEqual([])
    expect([...failure, ...success].filter((status) => REFUSALS.includes(status))).toEqual([])
    expect(endings).toEqual(endings.map((ending) => ending.toLowerCase()))
  })
})

it('no two applications have the same ending', () => {
  const endings = LOGIN_TABLE.flatMap((row) => row.endings)
  expect(new Set(endings).size).toBe(endings.length)
})

describe('a login of which nothing is known', () => {
  it.each(LOGIN_SEGMENTS)('is a path that ends in %s, and fails by what refuses', (segment) => {
    const path = `/area/${segment}`
    for (const status of [...REFUSALS, 400, 422, 423]) expect(flagsOf(path, status)).toBe(FAILED)
    for (const status of [200, 201, 204, 302, 303, 500]) expect(flagsOf(path, status)).toBe(OPEN)
    expect(flagsOf(path, 401, 'GET')).toBe(0)
    expect(BUILT_IN.nameOf(BUILT_IN.find(path))).toBeNull()
  })

  it('is the last segment and no other', () => {
    expect(flagsOf('/login/help', 401)).toBe(0)
    expect(flagsOf('/blog/login-tips', 401)).toBe(0)
  })
})

describe('a declared login', () => {
  const rule = (id: string, path: string, rest: Partial<LoginRule> = {}): LoginRule =>
    ({ id, path, failure: [], success: [], ...rest }) as LoginRule

  it('stands before the table, with its own statuses', () => {
    const own = new LoginMatcher([rule('shop', '/wp-login.php', { failure: [302], success: [200] })], false)
    expect(own.nameOf(own.find('/wp-login.php'))).toBe('shop')
    expect(flagsOf('/wp-login.php', 302, 'POST', own)).toBe(FAILED)
    expect(flagsOf('/wp-login.php', 200, 'POST', own)).toBe(PASSED)
    for (const status of REFUSALS) expect(flagsOf('/wp-login.php', status, 'POST', own)).toBe(FAILED)
    // another blog on the same server
    expect(flagsOf('/blog/wp-login.php', 200, 'POST', own)).toBe(FAILED)
  })

  it('that states no status is read as one of which nothing is known', () => {
    const own = new LoginMatcher([rule('desk', '/konto')], false)
    expect(flagsOf('/konto', 422, 'POST', own)).toBe(FAILED)
    expect(flagsOf('/konto', 200, 'POST', own)).toBe(OPEN)
  })

  it('may be the thirty-second', () => {
    const rules = Array.from({ length: 32 }, (_, i) => rule(`n${i}`, `/door/${i}`, { failure: [409] }))
    const own = new LoginMatcher(rules, false)
    for (const i of [0, 30, 31]) {
      expect(own.nameOf(own.find(`/door/${i}`))).toBe(`n${i}`)
      expect(flagsOf(`/door/${i}`, 409, 'POST', own)).toBe(FAILED)
    }
  })
})
