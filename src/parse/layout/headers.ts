import { FIELD } from '../../columns/contract.js'
import type { Codec } from '../contract.js'

/** What a request header or cookie stands for, and its rank among those that would fill the same column. */
export interface Meaning {
  readonly codec: Codec
  readonly rank: number
}

/**
 * Headers that carry the client's address through proxies, the most telling first. X-Forwarded-For and Forwarded hold the
 * whole chain; the others hold one address, and count only where no chain is logged.
 *
 * @see RFC 7239
 * @see https://developers.cloudflare.com/fundamentals/reference/http-headers/
 */
const FORWARDING: readonly string[] = [
  'x-forwarded-for',
  'forwarded',
  'x-real-ip',
  'cf-connecting-ip',
  'true-client-ip',
]

const TOKENS: readonly string[] = ['authorization', 'x-api-key']

/** Names of cookies that hold a session or a token. */
const SESSION_COOKIE = /sess|sid|token|auth|jwt/i

/**
 * Where the value of the first session cookie of a Cookie header stands: index of its first character, and one past its last.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6265#section-4.2.1
 */
export function sessionCookie(header: string): readonly [start: number, end: number] | null {
  for (const match of header.matchAll(/(?:^|;)\s*([^=;\s]+)=([^;]*)/g)) {
    if (!SESSION_COOKIE.test(match[1]!) || match[2] === '') continue
    const end = match.index + match[0].length
    return [end - match[2]!.length, end]
  }
  return null
}

/** Meaning of a request header; `name` as an extra where no column stands for it. */
export function meaningOfHeader(header: string, name: string): Meaning {
  const lower = header.toLowerCase()
  const forwarding = FORWARDING.indexOf(lower)
  if (forwarding >= 0) return { codec: { as: 'text', field: FIELD.forwarded }, rank: forwarding }
  if (TOKENS.includes(lower)) return { codec: { as: 'text', field: FIELD.token }, rank: 1 }
  if (lower === 'referer') return { codec: { as: 'text', field: FIELD.referrer }, rank: 0 }
  if (lower === 'user-agent') return { codec: { as: 'text', field: FIELD.userAgent }, rank: 0 }
  if (lower === 'cookie') return { codec: { as: 'extra', name, holds: 'cookies' }, rank: 0 }
  if (lower === 'host') return { codec: { as: 'text', field: FIELD.host }, rank: 1 }
  return { codec: { as: 'extra', name }, rank: 0 }
}

/** A session cookie goes before an Authorization header. */
export const SESSION_COOKIE_RANK = 0

/** Meaning of a cookie that is logged by itself. */
export function meaningOfCookie(cookie: string, name: string): Meaning {
  if (SESSION_COOKIE.test(cookie))
    return { codec: { as: 'text', field: FIELD.token }, rank: SESSION_COOKIE_RANK }
  return { codec: { as: 'extra', name }, rank: 0 }
}
