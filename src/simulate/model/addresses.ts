/**
 * Addresses of nobody. All are from ranges that are kept for documentation, tests, private use and the inner side of
 * carriers, so that no simulated log accuses anyone:
 *
 *     198.18.0.0 - 198.19.127.255   homes and offices            RFC 2544
 *     198.19.128.0/17               those who act in stories     RFC 2544
 *     100.64.0.0/10                 mobile carriers              RFC 6598
 *     192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24   stories    RFC 5737
 *     2001:db8::/32                 all of IPv6                  RFC 3849
 *     10.0.0.0/8                    the site's own machines      RFC 1918
 */
import { mix } from './random.js'

/** Networks of 254 addresses for homes and offices. */
const HOME_NETWORKS = 384
const HOMES = HOME_NETWORKS * 254
/** Has no divisor in common with HOMES, so that counting by it meets every address once. */
const STRIDE = 40_507

/** Address `index` of homes and offices; neighbours in number are not neighbours on the net. */
export function homeAddress(index: number): string {
  const place = (index * STRIDE) % HOMES
  const network = Math.floor(place / 254)
  return `198.${18 + (network >> 8)}.${network & 255}.${1 + (place % 254)}`
}

/** A /64 of IPv6 for home `index`; the interface id changes with `day`, as privacy extensions have it (RFC 8981). */
export function homeAddress6(index: number, day: number): string {
  const high = mix(index, day)
  const low = mix(index, day ^ 0x5bd1e995)
  const group = (value: number) => (value & 0xffff).toString(16)
  const network = mix(index, 64)
  return `2001:db8:${group(0x1000 | (network & 0xfff))}:${group(network >>> 16)}:${group(high)}:${group(high >>> 16)}:${group(low)}:${group(low >>> 16)}`
}

/** Address `index` of the pool through which a carrier's subscribers go out. */
export function carrierAddress(carrier: number, index: number): string {
  return `100.${64 + carrier * 16 + ((index >> 12) & 15)}.${(index >> 4) & 255}.${10 + (index & 15)}`
}

/** Networks of /24 for one story, that no other story and no ordinary client is in. `place`: its place among stories. */
export function storyNetworks(place: number): string[] {
  const own = Array.from({ length: 12 }, (_, i) => `198.19.${128 + ((place * 12 + i) % 128)}`)
  const documentation = ['203.0.113', '198.51.100', '192.0.2'][place]
  return documentation === undefined ? own : [documentation, ...own]
}
