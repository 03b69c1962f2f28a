import { ipaddr } from '../core/ipaddr.js'

/** Tells whether a text is an IPv4 address of four decimal parts, or an IPv6 address without a zone id. */
export function isAddress(text: string): boolean {
  if (text.includes('%')) return false
  const { IPv4, IPv6 } = ipaddr()
  return IPv4.isValidFourPartDecimal(text) || IPv6.isValid(text)
}

/** Tells whether a text is a network in CIDR notation. Bits of the host may be set. */
export function isNetwork(text: string): boolean {
  const [address = '', bits = '', ...rest] = text.split('/')
  if (rest.length > 0 || !/^\d{1,3}$/.test(bits) || !isAddress(address)) return false
  return Number(bits) <= (address.includes(':') ? 128 : 32)
}
