import { LRUCache } from 'lru-cache'
import { FIELD, type RecordBatch } from '../columns/contract.js'
import { COMMA } from '../core/bytes.js'
import { PosternError } from '../core/errors.js'
import { type Address, type IPv6, ipaddr } from '../core/ipaddr.js'
import type { KeySeed } from '../core/keys.js'
import { writeClientKey } from '../kernel/keys.js'

type Network = [Address, number]

/** Private and loopback networks, what `private` stands for. RFC 1918, RFC 4193, RFC 6598, RFC 3927, RFC 4291. */
const PRIVATE = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '100.64.0.0/10',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
]

/**
 * Moves each row's client to the address that the forwarding chain proves: from the peer to the left past trusted proxies,
 * to the first address that is none. A forged left part never becomes the client.
 */
export class ForwardingChains {
  readonly #trusted: readonly Network[]
  /** Decisions by address text; chains repeat. */
  readonly #known = new LRUCache<string, boolean>({ max: 8192 })

  /** @throws {ERR_OPTION_INVALID} for what is neither an address, a network nor `private`. */
  constructor(trusted: readonly string[]) {
    this.#trusted = trusted.flatMap((entry) => (entry === 'private' ? PRIVATE : [entry])).map(parseNetwork)
  }

  /**
   * Rewrites FIELD.client of all rows whose peer is trusted and that have a chain.
   *
   * @param seed  To write the client's key anew too; null where the batch has no keys.
   */
  apply(batch: RecordBatch, seed: KeySeed | null): void {
    if (this.#trusted.length === 0) return
    const chains = batch.fieldLength[FIELD.forwarded]!
    const view = new DataView(batch.bytes.buffer, batch.bytes.byteOffset, batch.bytes.length)
    for (let row = 0; row < batch.rowCount; row++) {
      if (chains[row]! <= 0) continue
      this.#walk(batch, row)
      if (seed !== null) writeClientKey(batch, view, row, seed)
    }
  }

  #walk(batch: RecordBatch, row: number): void {
    const starts = batch.fieldStart[FIELD.client]!
    const lengths = batch.fieldLength[FIELD.client]!
    if (lengths[row]! < 0 || !this.#isTrusted(textOf(batch.bytes, starts[row]!, lengths[row]!))) return
    const from = batch.fieldStart[FIELD.forwarded]![row]!
    let end = from + batch.fieldLength[FIELD.forwarded]![row]!
    while (end > from) {
      let at = end
      while (at > from && batch.bytes[at - 1] !== COMMA) at--
      const hop = hopSpan(batch.bytes, at, end)
      if (hop === null) return
      starts[row] = hop.start
      lengths[row] = hop.length
      if (!this.#isTrusted(textOf(batch.bytes, hop.start, hop.length))) return
      end = at - 1
    }
  }

  #isTrusted(text: string): boolean {
    const known = this.#known.get(text)
    if (known !== undefined) return known
    const answer =
      isAddress(text) && this.#trusted.some((network) => contains(network, ipaddr().process(text)))
    this.#known.set(text, answer)
    return answer
  }
}

function textOf(bytes: Uint8Array, start: number, length: number): string {
  let text = ''
  for (let at = start; at < start + length; at++) text += String.fromCharCode(bytes[at]!)
  return text
}

/** Parses an address or CIDR network; an address is a network of itself. */
export function parseNetwork(text: string): Network {
  try {
    // the short forms that old libraries read, such as 1.2 for 1.0.0.2, are slips of the finger here
    if (!isAddress(text.replace(/\/\d{1,3}$/, ''))) throw new TypeError('neither four decimal parts nor IPv6')
    if (text.includes('/')) return unmapped(ipaddr().parseCIDR(text))
    const address = ipaddr().process(text)
    return [address, address.kind() === 'ipv4' ? 32 : 128]
  } catch (cause) {
    throw new PosternError(
      'ERR_OPTION_INVALID',
      `expected an address or a network such as 10.0.0.0/8, found "${text}"`,
      { cause },
    )
  }
}

/** A network of IPv4 addresses mapped into IPv6 as the IPv4 network: addresses are compared unmapped. */
function unmapped([base, bits]: Network): Network {
  if (base.kind() === 'ipv4' || bits < MAPPED_BITS) return [base, bits]
  const address = base as IPv6
  return address.isIPv4MappedAddress() ? [address.toIPv4Address(), bits - MAPPED_BITS] : [base, bits]
}

/** `::ffff:0:0/96`. RFC 4291 section 2.5.5.2. */
const MAPPED_BITS = 96

/** Whether an address lies in a network; different families never do. */
export function contains(network: Network, address: Address): boolean {
  const [base, bits] = network
  return base.kind() === address.kind() && address.match(base as never, bits)
}

/**
 * The address within one element of a chain.
 *
 *      10.0.0.1        10.0.0.1:4711      for="[2001:db8::1]:4711";proto=https
 *     ^at      ^end    ^^^^^^^^                 ^^^^^^^^^^^
 *
 * @returns null where there is none: `unknown`, an obfuscated identifier, nothing.
 * @see https://www.rfc-editor.org/rfc/rfc7239#section-6
 */
function hopSpan(bytes: Uint8Array, at: number, end: number): { start: number; length: number } | null {
  if (end - at > LONGEST_HOP) return null
  const found = HOP.exec(textOf(bytes, at, end - at))
  const span = found?.indices?.slice(1).find((group) => group !== undefined)
  if (found === null || span === undefined) return null
  const address = found[0].slice(...span).replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')
  return isAddress(address) ? { start: at + span[0], length: address.length } : null
}

/** Longest element that is looked at; an address with port, protocol and host is far shorter. */
const LONGEST_HOP = 1024

/**
 * The first `for=` of an element that stands in no quotes, or a bare address. A quote is written `"`, `\"` (Apache) or
 * `\x22` (nginx); the host beside it is the client's own choice, and may hold another `for=` or, behind a comma in its
 * quotes, look like an element that ends in a quote it never opened.
 */
const HOP = (() => {
  const quote = String.raw`(?:\\?"|\\x22)`
  const others = `(?:(?:${quote}(?:(?!${quote}).)*${quote}|(?!${quote})[^;])*;)*?`
  const node = String.raw`\[?([0-9a-f:.]{2,45})(?:%[\w.-]{1,32})?\]?(?::\d{1,5})?`
  const named = String.raw`${others}\s*for=(?:${quote}${node}${quote}|${node})\s*(?:;.*)?`
  return new RegExp(String.raw`^\s*(?:${named}|${quote}?${node}${quote}?\s*)$`, 'di')
})()

/** Four decimal parts or IPv6: not the octal, hexadecimal and short forms that old libraries read. */
function isAddress(text: string): boolean {
  const { IPv4, IPv6 } = ipaddr()
  return IPv4.isValidFourPartDecimal(text) || IPv6.isValid(text)
}
