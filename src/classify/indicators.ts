import { createHash } from 'node:crypto'
import type ipaddr from 'ipaddr.js'
import { FIELD, type RecordBatch } from '../columns/contract.js'
import { readText } from '../columns/view.js'
import { parseAddress } from './addresses.js'
import type { Indicator } from './contract.js'
import { normalPathOf } from './normal-path.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6

/**
 * Finds indicators in the parts of a row. Parts are looked at apart, so that callers can keep the answer for a part that
 * comes again: clients, paths and agents repeat.
 *
 * An address or network matches the client, or any address of its forwarding chain. A path matches the normal form of the
 * whole path. A user agent matches where the agent contains it, letters' case aside. A token hash matches the SHA-256 of
 * the token's bytes.
 */
export class IndicatorMatcher {
  readonly indicators: readonly Indicator[]
  readonly #networks: readonly { readonly index: number; readonly base: Address; readonly bits: number }[]
  readonly #paths = new Map<string, number[]>()
  readonly #agents: readonly { readonly index: number; readonly text: string }[]
  readonly #tokens = new Map<string, number>()

  constructor(indicators: readonly Indicator[]) {
    this.indicators = indicators
    this.#networks = indicators.flatMap((indicator, index) => networkOf(indicator, index))
    this.#agents = indicators.flatMap(({ type, value }, index) =>
      type === 'user-agent' ? [{ index, text: value.toLowerCase() }] : [],
    )
    indicators.forEach(({ type, value }, index) => {
      if (type === 'path') {
        const path = normalPathOf(value)
        this.#paths.set(path, [...(this.#paths.get(path) ?? []), index])
      }
      if (type === 'token-sha256') this.#tokens.set(value.toLowerCase(), index)
    })
  }

  get looksAtClients(): boolean {
    return this.#networks.length > 0
  }
  get looksAtAgents(): boolean {
    return this.#agents.length > 0
  }
  get looksAtTokens(): boolean {
    return this.#tokens.size > 0
  }

  /** Indexes of the indicators that hold an address text; host names match none. */
  ofAddress(text: string): number[] {
    const address = parseAddress(text)
    if (address === null) return []
    return this.#networks
      .filter(({ base, bits }) => base.kind() === address.kind() && address.match(base as never, bits))
      .map(({ index }) => index)
  }

  ofPath(normalPath: string): readonly number[] {
    return this.#paths.get(normalPath) ?? []
  }

  ofAgent(agent: string): number[] {
    const lower = agent.toLowerCase()
    return this.#agents.filter(({ text }) => lower.includes(text)).map(({ index }) => index)
  }

  ofToken(token: string): number[] {
    const index = this.#tokens.get(createHash('sha256').update(token).digest('hex'))
    return index === undefined ? [] : [index]
  }

  /** All indicators that one row matches, ascending. For rows known to match: it makes texts. */
  ofRow(batch: RecordBatch, row: number, normalPath: string | null): number[] {
    const found = new Set<number>()
    const add = (indexes: readonly number[]) => indexes.forEach((index) => void found.add(index))
    for (const address of addressesOf(batch, row)) add(this.ofAddress(address))
    if (normalPath !== null) add(this.ofPath(normalPath))
    const agent = this.looksAtAgents ? readText(batch, FIELD.userAgent, row) : null
    if (agent !== null) add(this.ofAgent(agent))
    const token = this.looksAtTokens ? readText(batch, FIELD.token, row) : null
    if (token !== null) add(this.ofToken(token))
    return [...found].sort((a, b) => a - b)
  }
}

/** The client, and the addresses of the chain before it. */
export function addressesOf(batch: RecordBatch, row: number): string[] {
  const client = readText(batch, FIELD.client, row)
  const chain = readText(batch, FIELD.forwarded, row)
  const hops =
    chain === null
      ? []
      : chain.split(',').map((hop) =>
          hop
            .trim()
            .replace(/^.*for=/i, '')
            .replace(/^"|"$/g, ''),
        )
  return client === null ? hops : [client, ...hops]
}

function networkOf(
  { type, value }: Indicator,
  index: number,
): { index: number; base: Address; bits: number }[] {
  if (type !== 'address' && type !== 'network') return []
  const [text, bits] = value.split('/')
  const base = parseAddress(text ?? '')
  if (base === null) return []
  return [{ index, base, bits: bits === undefined ? (base.kind() === 'ipv4' ? 32 : 128) : Number(bits) }]
}
