import { FIELD } from '../../../columns/contract.js'
import { as, bytes, duration, extra, text } from '../../meanings.js'
import type { UnescapedField, UnescapedLayout } from '../../unescaped/scan-unescaped.js'

/** A variable under its own name. */
const word = (name: string, until = ' '): UnescapedField => ({
  meanings: [extra(name)],
  holds: 'word',
  until,
})
const quoted = (name: string, until: string): UnescapedField => ({
  meanings: [extra(name)],
  holds: 'unquoted',
  until,
})

const HEAD: readonly UnescapedField[] = [
  { meanings: [as({ as: 'time', time: { kind: 'iso' } })], holds: 'bracketed', until: '] "' },
  // of two readings the one whose status and counts are Envoy's own: what a client wrote stands before them
  { meanings: [as({ as: 'request' })], holds: 'text', until: '" ', longest: true },
  { meanings: [as({ as: 'status' })], holds: 'number', until: ' ' },
  word('response_flags'),
]

const COUNTS: readonly UnescapedField[] = [
  { meanings: [extra('request_length')], holds: 'number', until: ' ' },
  { meanings: [bytes(false)], holds: 'number', until: ' ' },
  { meanings: [duration(1)], holds: 'number', until: ' ' },
  { meanings: [extra('upstream_service_time')], holds: 'number', until: ' "' },
]

/** The last of the chain is the client where the line has no peer: Envoy adds the peer's address at its end. */
const CHAIN: UnescapedField = {
  meanings: [text(FIELD.forwarded), as({ as: 'address' }, 1)],
  holds: 'text',
  until: '" "',
}

/** Envoy refuses an authority with a quote in it, and makes the request's id itself. */
const WHO: readonly UnescapedField[] = [
  CHAIN,
  { meanings: [text(FIELD.userAgent)], holds: 'text', until: '" "' },
  quoted('request_id', '" "'),
  { meanings: [text(FIELD.host)], holds: 'word', until: '" "' },
]

/** Of Istio: cluster, addresses and names of the connection, without quotes. */
const CONNECTION: readonly UnescapedField[] = [
  quoted('upstream_host', '" '),
  word('upstream_cluster'),
  word('upstream_local_address'),
  word('downstream_local_address'),
  { meanings: [as({ as: 'address' })], holds: 'word', until: ' ' },
  word('requested_server_name'),
  word('route_name', ''),
]

export const LAYOUTS: readonly UnescapedLayout[] = [
  // Envoy's default
  { lead: '[', fields: [...HEAD, ...COUNTS, ...WHO, quoted('upstream_host', '"')] },
  // Istio from 1.9
  {
    lead: '[',
    fields: [
      ...HEAD,
      word('response_code_details'),
      word('connection_termination_details', ' "'),
      quoted('upstream_transport_failure_reason', '" '),
      ...COUNTS,
      ...WHO,
      ...CONNECTION,
    ],
  },
  // Istio to 1.8: the status of Mixer in quotes
  {
    lead: '[',
    fields: [
      ...HEAD.slice(0, -1),
      word('response_flags', ' "'),
      quoted('mixer_status', '" "'),
      quoted('upstream_transport_failure_reason', '" '),
      ...COUNTS,
      ...WHO,
      ...CONNECTION,
    ],
  },
]
