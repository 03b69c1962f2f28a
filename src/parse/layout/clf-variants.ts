/**
 * Relatives of the common and combined log formats that servers write into the same files. Each is a layout of its own;
 * formats list those that they try, and in which order.
 */

import { lazily } from '../../core/lazily.js'
import type { Layout } from '../contract.js'
import { compileApache } from './apache.js'
import { compileNginx } from './nginx.js'
import {
  APACHE_COMBINED,
  APACHE_COMMON,
  APACHE_VHOST_COMMON,
  DEBIAN_VHOST_COMBINED,
  NGINX_COMBINED,
  NGINX_MAIN,
  withoutIdent,
} from './vendor-strings.js'

const REQUEST_AND_SIZE = '[$time_local] "$request" $status $body_bytes_sent'
const COMBINED_TAIL = `${REQUEST_AND_SIZE} "$http_referer" "$http_user_agent"`

export const combinedLayout = lazily(() => compileNginx(NGINX_COMBINED, 'combined'))
export const commonLayout = lazily(() => compileApache(withoutIdent(APACHE_COMMON), 'common'))
export const vhostCombinedLayout = lazily(() =>
  compileApache(withoutIdent(DEBIAN_VHOST_COMBINED), 'vhost-combined'),
)

/**
 * All of them, in the order in which they are tried: those that say less about a line's shape come after those that would
 * say more, so that `host client - user` is not taken for a client with an ident.
 */
const family = lazily((): readonly Layout[] => [
  combinedLayout(),
  // one more quoted field: the `main` of nginx's own packages
  compileNginx(NGINX_MAIN, 'combined-forwarded'),

  // the forwarding chain in front of the peer, in quotes
  compileNginx(
    `"$http_x_forwarded_for" $remote_addr - $remote_user ${COMBINED_TAIL}`,
    'combined-quoted-chain',
  ),

  // the virtual host in front, with and without its port
  vhostCombinedLayout(),
  compileApache(
    '%v:%p %h - %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i" "%{X-Forwarded-For}i"',
    'vhost-combined-forwarded',
  ),
  compileNginx(`$server_name $remote_addr - $remote_user ${COMBINED_TAIL}`, 'host-combined'),

  // the forwarding chain in front of the peer, bare
  compileNginx(`$http_x_forwarded_for $remote_addr - $remote_user ${COMBINED_TAIL}`, 'combined-chain'),

  // no place for a user
  compileNginx(`$remote_addr - ${COMBINED_TAIL}`, 'combined-userless'),

  // without referrer and agent
  commonLayout(),
  compileApache(withoutIdent(APACHE_VHOST_COMMON).replace('%v', '%v:%p'), 'vhost-common'),
  compileApache(withoutIdent(APACHE_VHOST_COMMON), 'host-common'),
  compileNginx(`$remote_addr - ${REQUEST_AND_SIZE}`, 'common-userless'),
  // both absent, and without their quotes
  compileNginx(`$remote_addr - $remote_user ${REQUEST_AND_SIZE} - -`, 'combined-dashes'),

  // an ident (RFC 1413) in its place
  compileApache(APACHE_COMBINED, 'combined-ident'),
  compileApache(APACHE_COMMON, 'common-ident'),
  compileApache('%h %l %u %t "%r" %>s %b - -', 'combined-dashes-ident'),
])

/** The layouts of a format of this family: its own first, then its relatives, then its own with further fields behind. */
export function withRelatives(own: Layout): Layout[] {
  return [
    own,
    ...family().filter((layout) => layout !== own),
    { ...own, id: `${own.id}-more`, openEnd: true },
  ]
}
