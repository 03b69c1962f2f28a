import { createRequire } from 'node:module'
import { lazily } from './lazily.js'

const require = createRequire(import.meta.url)

/**
 * The library of addresses. Most logs have none that it must read. By `require`, because Node reads a CommonJS package's
 * text for the names of its exports before it imports it, which takes ten times as long as to run it.
 */
export const ipaddr = lazily(() => require('ipaddr.js') as typeof import('ipaddr.js'))

export type Address = import('ipaddr.js').IPv4 | import('ipaddr.js').IPv6
export type IPv6 = import('ipaddr.js').IPv6
