import { createHash } from 'node:crypto'
import { FIELD, type RecordBatch } from '../columns/contract.js'
import { readQuery, readText } from '../columns/view.js'
import type { Address } from '../core/ipaddr.js'
import { parseAddress } from './addresses.js'
import type { Indicator } from './contract.js'
import { lowerAscii, normalPathOf } from './normal-path.js'
import type { SegmentFilter } from './segment-filter.js'

/**
 * Finds indicators in the parts of a row. Parts are looked at apart, so that callers can keep the answer for a part that
 * comes again: clients, paths and agents repeat.
 *
 * An address or network matches the client, or any address of its forwarding chain. A path matches the normal form of the
 * whole path, and its query, where it has one, the query as written. A user agent matches where the agent contains it, letters' case aside. A token hash matches the SHA-256 of
 * the token's bytes.
 */
export class IndicatorMatcher {
  readonly indicators: readonly Indicator[]
  readonly #networks: readonly { readonly index: number; readonly base: Address; readonly bits: number }[]
  readonly #paths = new Map<string, number[]>()
  /** Paths that ignore case, in lower case. */
  readonly #foldedPaths = new Map<string, number[]>()
  /** By index: the query that a path indicator asks for. */
  readonly #queries = new Map<number, string>()
  readonly #agents: readonly { readonly index: number; readonly text: string }[]
  readonly #tokens = new Map<string, number>()

  constructor(indicators: readonly Indicator[]) {
    this.indicators = indicators
    this.#networks = indicators.flatMap((indicator, index) => networkOf(indicator, index))
    this.#agents = indicators.flatMap(({ type, value }, index) =>
      type === 'user-agent' ? [{ index, text: value.toLowerCase() }] : [],
    )
    indicators.forEach(({ type, value, ignoreCase }, index) => {
      if (type === 'path') {
        const question = value.indexOf('?')
        const normal = normalPathOf(question < 0 ? value : value.slice(0, question))
        if (question >= 0) this.#queries.set(index, value.slice(question + 1))
        const paths = ignoreCase === true ? this.#foldedPaths : this.#paths
        const path = ignoreCase === true ? lowerAscii(normal) : normal
        paths.set(path, [...(paths.get(path) ?? []), index])
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

  /** Adds the last segments of the paths that an indicator names. */
  addLastSegments(filter: SegmentFilter): void {
    for (const paths of [this.#paths, this.#foldedPaths])
      for (const path of paths.keys()) filter.add(path.slice(path.lastIndexOf('/') + 1))
  }

  /** Indexes of the indicators that hold an address text; host names match none. */
  ofAddress(text: string): number[] {
    const address = parseAddress(text)
    if (address === null) return []
    return this.#networks
      .filter(({ base, bits }) => base.kind() === address.kind() && address.match(base as never, bits))
      .map(({ index }) => index)
  }

  /** Indexes of the path indicators that a row with this path may match: one that names a query asks for more. */
  ofPath(normalPath: string): readonly number[] {
    const exact = this.#paths.get(normalPath) ?? []
    if (this.#foldedPaths.size === 0) return exact
    return [...exact, ...(this.#foldedPaths.get(lowerAscii(normalPath)) ?? [])]
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
    if (normalPath !== null) {
      const query = this.#queries.size === 0 ? null : (readQuery(batch, row) ?? '')
      add(this.ofPath(normalPath).filter((index) => (this.#queries.get(index) ?? query) === query))
    }
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
  const hops = chain === null ? [] : chain.split(',').map(hopAddress)
  return client === null ? hops : [client, ...hops]
}

/** `for="[2001:db8::1]:4711";proto=https` and `203.0.113.9:4711` to the address alone. RFC 7239 section 4. */
function hopAddress(hop: string): string {
  const node = /(?:^|;)\s*for=("[^"]*"?|[^;]*)/i.exec(hop)?.[1] ?? hop
  return node
    .trim()
    .replace(/^"|"$/g, '')
    .replace(/^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/, '$1')
}

function networkOf(
  { type, value }: Indicator,
  index: number,
): { index: number; base: Address; bits: number }[] {
  if (type !== 'address' && type !== 'network') return []
  const [text = '', bits] = value.split('/')
  const base = parseAddress(text)
  if (base === null) return []
  const width = base.kind() === 'ipv4' ? 32 : 128
  // of a mapped network, the bits before the IPv4 address are gone with the mapping
  const mapped = width === 32 && text.includes(':') ? MAPPED_BITS : 0
  if (bits !== undefined && Number(bits) < mapped) return []
  return [{ index, base, bits: bits === undefined ? width : Number(bits) - mapped }]
}

/** `::ffff:0:0/96`. RFC 4291 section 2.5.5.2. */
const MAPPED_BITS = 96
