import { METHODS, type RecordBatch } from '../columns/contract.js'
import { ACCEPTED, DENIED, FLAG, SERVED, UNCLEAR } from './contract.js'

/** Fills the outcomes of rows 0 to `batch.rowCount`, and the flags that the status alone decides. */
export function fillOutcomes(batch: RecordBatch): void {
  const { status, method, bytesSent, outcome, flags, rowCount } = batch
  const flagsOf = STATUS_FLAGS
  for (let row = 0; row < rowCount; row++) {
    const answer = status[row]!
    outcome[row] = outcomeOf(answer, method[row]!, bytesSent[row]!)
    flags[row] = flags[row]! | flagsOf[answer]!
  }
}

/**
 * What a request did, by status, method and stated size.
 *
 * served: 200, 203, 206, 226 with a body on GET, POST, PUT, PATCH, DELETE. accepted: 201, 202, 204 on a writing method;
 * 101; 304. denied: the refusals. unclear: the rest, and whatever has no size to tell a body by. Whether a served answer
 * has the size of a denial is judged at the end, by the observer that has seen the denials.
 *
 * @param bytesSent  NaN where the line has none.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-15
 */
export function outcomeOf(status: number, method: number, bytesSent: number): number {
  const answer = STATUS_CLASS[status]!
  if (answer === WITH_BODY) return READS_OR_WRITES[method] === 1 && bytesSent > 0 ? SERVED : UNCLEAR
  if (answer === ON_WRITE) return WRITES[method] === 1 ? ACCEPTED : UNCLEAR
  return answer
}

const WITH_BODY = 4
const ON_WRITE = 5

const STATUS_CLASS = new Uint8Array(65536).fill(UNCLEAR)
for (const status of [200, 203, 206, 226]) STATUS_CLASS[status] = WITH_BODY
for (const status of [201, 202, 204]) STATUS_CLASS[status] = ON_WRITE
for (const status of [101, 304]) STATUS_CLASS[status] = ACCEPTED
for (const status of [401, 403, 404, 405, 407, 410, 421, 423, 429, 444, 451]) STATUS_CLASS[status] = DENIED

const STATUS_FLAGS = new Uint16Array(65536)
for (const status of [401, 403]) STATUS_FLAGS[status] = FLAG.refused | FLAG.loginFailed
for (const status of [404, 410]) STATUS_FLAGS[status] = FLAG.notFound

const READS_OR_WRITES = methodSet(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
/** Methods that change something, WebDAV's among them. */
const WRITES = methodSet([
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'PROPPATCH',
  'MKCOL',
  'COPY',
  'MOVE',
  'LOCK',
  'UNLOCK',
])

function methodSet(names: readonly string[]): Uint8Array {
  const set = new Uint8Array(256)
  for (const name of names) set[(METHODS as readonly string[]).indexOf(name)] = 1
  return set
}

/** Whether a method may change state: what a login attempt needs. */
export function isWriting(method: number): boolean {
  return WRITES[method] === 1
}
