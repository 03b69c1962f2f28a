import { COLON } from '../core/bytes.js'
import { type Address, type IPv6, ipaddr } from '../core/ipaddr.js'

/** Whether a client's text may be IPv6: an IPv6 address has its first colon within five bytes. */
export function maybeIpv6(bytes: Uint8Array, start: number, length: number): boolean {
  const end = start + Math.min(length, 6)
  for (let at = start; at < end; at++) if (bytes[at] === COLON || bytes[at] === 0x5b) return true
  return false
}

/**
 * Who a client is: an IPv4 address or a host name as written, an IPv6 address its /64 (which one customer holds whole),
 * an IPv4 address mapped into IPv6 itself. Zones and brackets are dropped.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6177
 */
export function clientIdentity(text: string): string {
  if (!text.includes(':')) return text
  const address = parseAddress(text)
  if (address === null) return text
  if (address.kind() === 'ipv4') return address.toString()
  const { IPv6 } = ipaddr()
  const parts = (address as IPv6).parts.slice(0, 4)
  return `${new IPv6([...parts, 0, 0, 0, 0]).toString()}/64`
}

/** The address in a client's text, mapped IPv4 unwrapped; null for host names and the like. */
export function parseAddress(text: string): Address | null {
  const bare = text.replace(/^\[(.*)\](?::\d+)?$/, '$1').replace(/%.*$/, '')
  return ipaddr().isValid(bare) ? ipaddr().process(bare) : null
}
