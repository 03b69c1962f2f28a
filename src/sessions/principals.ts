import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { clientIdentity } from '../classify/addresses.js'
import { FLAG } from '../classify/contract.js'
import { FIELD, type RecordBatch } from '../columns/contract.js'
import { readText } from '../columns/view.js'
import { joinKeys, type KeySeed, writeKey } from '../core/keys.js'
import { PackedTable } from '../core/packed-table.js'
import { PRINCIPAL_CLIENT, PRINCIPAL_TOKEN, PRINCIPAL_USER } from './contract.js'

// copied out of their tables: a member would be looked up anew for every row
const { client: CLIENT_FIELD, token: TOKEN_FIELD, user: USER_FIELD, userAgent: USER_AGENT_FIELD } = FIELD
const { loginAttempt: LOGIN_ATTEMPT_FLAG, refused: REFUSED_FLAG } = FLAG

/**
 * Fills `principalKey` and `principalKind`: the strongest identity that a record proves.
 *
 * A token, else the user, unless the answer is 401 or 403 or the request is a login attempt (a guess at alice must not
 * join Alice's session), else client and user agent.
 */
export function fillPrincipals(batch: RecordBatch, seed: KeySeed, scratch: Int32Array): void {
  const tokens = batch.fieldLength[TOKEN_FIELD]!
  const users = batch.fieldLength[USER_FIELD]!
  const { principalKey, principalKind, clientKey, agentKey, flags, rowCount } = batch
  const unproven = REFUSED_FLAG | LOGIN_ATTEMPT_FLAG
  let view: DataView | null = null
  for (let row = 0; row < rowCount; row++) {
    const at = 2 * row
    const isToken = tokens[row]! > 0 && !isRedacted(batch, row)
    if (!isToken && (users[row]! <= 0 || (flags[row]! & unproven) !== 0)) {
      principalKind[row] = PRINCIPAL_CLIENT
      joinKeys(clientKey[at]!, clientKey[at + 1]!, agentKey[at]!, agentKey[at + 1]!, principalKey, at)
      continue
    }
    view ??= new DataView(batch.bytes.buffer, batch.bytes.byteOffset, batch.bytes.length)
    const field = isToken ? TOKEN_FIELD : USER_FIELD
    const kind = isToken ? PRINCIPAL_TOKEN : PRINCIPAL_USER
    writeKey(view, batch.fieldStart[field]![row]!, batch.fieldLength[field]![row]!, seed, scratch, 0)
    principalKind[row] = kind
    joinKeys(scratch[0]!, scratch[1]!, kind, 0, principalKey, at)
  }
}

/** What stands in the place of a secret that was not logged, as Caddy writes it unless it is told otherwise. */
const REDACTED = /^(?:bearer |basic )?[[(<]?(?:redacted|masked|filtered|hidden|removed|\*+|x{3,})[\])>]?$/i
const LONGEST_REDACTED = 20

/** @see https://caddyserver.com/docs/caddyfile/directives/log */
function isRedacted(batch: RecordBatch, row: number): boolean {
  const length = batch.fieldLength[TOKEN_FIELD]![row]!
  return length <= LONGEST_REDACTED && REDACTED.test(readText(batch, TOKEN_FIELD, row) ?? '')
}

/** Most tokens that get a number; later ones are `token#more`. */
const MAX_TOKENS = 1 << 20

/**
 * Names principals. A user by the name; a client by address and the first 8 hex digits of the SHA-256 of its agent; a
 * token never by itself but by number, in order of first appearance as rows are read: two tokens that first appear within
 * the horizon of each other may have their numbers the other way round where lines stand in another order.
 */
export class PrincipalNames {
  readonly #tokens = new PackedTable(4, MAX_TOKENS)
  /** Agents' digests by text; sites see few agents, attackers many. */
  readonly #digests = new LRUCache<string, string>({ max: 4096 })

  /** Gives numbers to the tokens of some rows. Call for all rows in reading order, so that numbers never depend on who asks. */
  numberTokens(batch: RecordBatch, from: number, to: number): void {
    const { principalKind } = batch
    for (let row = from; row < to; row++)
      if (principalKind[row] === PRINCIPAL_TOKEN) this.#tokenNumber(batch, row)
  }

  nameOf(batch: RecordBatch, row: number): { type: 'token' | 'user' | 'client'; id: string } {
    switch (batch.principalKind[row]) {
      case PRINCIPAL_TOKEN:
        return { type: 'token', id: `token#${this.#tokenNumber(batch, row)}` }
      case PRINCIPAL_USER:
        return { type: 'user', id: readText(batch, USER_FIELD, row) ?? '' }
      default:
        return {
          type: 'client',
          id: this.clientId(readText(batch, CLIENT_FIELD, row), readText(batch, USER_AGENT_FIELD, row)),
        }
    }
  }

  /** `203.0.113.9#5f3a9c1e`; `-` for an address or an agent that the record does not have. */
  clientId(client: string | null, agent: string | null): string {
    return `${client === null ? '-' : clientIdentity(client)}#${agent === null ? '-' : this.#digestOf(agent)}`
  }

  #tokenNumber(batch: RecordBatch, row: number): string {
    const low = batch.principalKey[2 * row]!
    const high = batch.principalKey[2 * row + 1]!
    let record = this.#tokens.find(low, high)
    if (record < 0) {
      record = this.#tokens.insert(low, high)
      if (record < 0) return 'more'
      this.#tokens.words[record * this.#tokens.stride + 2] = this.#tokens.count
    }
    return String(this.#tokens.words[record * this.#tokens.stride + 2]!)
  }

  #digestOf(agent: string): string {
    const known = this.#digests.get(agent)
    if (known !== undefined) return known
    const digest = createHash('sha256').update(agent).digest('hex').slice(0, 8)
    this.#digests.set(agent, digest)
    return digest
  }
}
