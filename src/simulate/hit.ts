import type { WritableRecord } from '../parse/layout/write.js'
import type { Act } from './contract.js'

/**
 * One request on its way to the log. Made once and used again after it is written; it is a record that `layout/write.ts`
 * takes as it stands.
 */
export class Hit implements WritableRecord {
  /** Stamp, epoch milliseconds. */
  time = 0
  startMs = 0
  endMs = 0
  durationMs = 0
  client = ''
  user: string | undefined = undefined
  /** undefined for a connection without a request, as is the target. */
  method: string | undefined = 'GET'
  target: string | undefined = '/'
  protocol = 'HTTP/1.1'
  status = 200
  /** Of the body, until the hit is written; undefined is written as `-`. */
  bytes: number | undefined = 0
  referrer: string | undefined = undefined
  userAgent: string | undefined = undefined
  host = ''
  token: string | undefined = undefined
  /** A request line that is none. */
  request: string | undefined = undefined
  extra: Record<string, string> | undefined = undefined
  /** No text of it has a byte to escape. */
  plain = true
  /** Requests over one connection go to one server. */
  connection = 0
  act: Act | null = null
  /** The story that it is of, or '' for ordinary traffic. */
  story = ''
  next: Hit | null = null
}
