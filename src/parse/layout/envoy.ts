import { FIELD } from '../../columns/contract.js'
import type { Layout } from '../contract.js'
import { meaningOfHeader } from './headers.js'
import { assembleLayout, invalidFormat, type Part, WHOLE_TARGET } from './parts.js'
import { as, duration, extra, type Named, pattern, text } from './variables.js'

/**
 * Operators without an argument; all others are extras under their own name in small letters. Body bytes only, for headers
 * are counted apart.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage#command-operators
 */
const OPERATORS: Readonly<Record<string, Named>> = {
  PROTOCOL: text(FIELD.protocol, 'protocol'),
  RESPONSE_CODE: as({ as: 'status' }, 'response_code'),
  BYTES_SENT: as({ as: 'bytes', headers: false }, 'bytes_sent'),
  BYTES_RECEIVED: extra('request_length'),
  DURATION: duration(1, 'duration'),
  UPSTREAM_HOST: extra('upstream_addr'),
  REQUESTED_SERVER_NAME: text(FIELD.host, 'requested_server_name', 3),
  DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT: text(FIELD.client, 'downstream_remote_address', 0),
  DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT: text(FIELD.client, 'downstream_direct_remote_address', 2),
}

/** With a port behind: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
const WITH_PORT: Readonly<Record<string, Named>> = {
  DOWNSTREAM_REMOTE_ADDRESS: text(FIELD.client, 'downstream_remote_address', 1),
  DOWNSTREAM_DIRECT_REMOTE_ADDRESS: text(FIELD.client, 'downstream_direct_remote_address', 3),
}

/** Pseudo headers of the request. */
const PSEUDO: Readonly<Record<string, Named>> = {
  ':METHOD': as({ as: 'method' }, 'request_method'),
  ':PATH': as({ as: 'target' }, 'path', WHOLE_TARGET),
  'X-ENVOY-ORIGINAL-PATH': as({ as: 'target' }, 'original_path', WHOLE_TARGET),
  ':AUTHORITY': text(FIELD.host, 'authority'),
}

/** `%NAME%`, `%NAME(argument)%`, with the most bytes behind: `%REQ(USER-AGENT):80%`. */
const OPERATOR = /%([A-Z][A-Z0-9_]*)(?:\(((?:[^()]|\([^()]*\))*)\))?(?::\d+)?%/g

/** Those short enough to be Apache's or HAProxy's have an argument. */
const SIGN = /%(?:(?:REQ|RESP|TRAILER)\(|(?:START_TIME|[A-Z][A-Z0-9_]{5,})(?:\([^)]*\))?(?::\d+)?%)/

/** Where a text has an operator that only Envoy has; -1: nowhere. */
export function envoySign(format: string): number {
  return format.search(SIGN)
}

/** The text without its operators, whose arguments look like another's directives. */
export function withoutOperators(format: string): string {
  return format.replace(OPERATOR, (whole) => ' '.repeat(whole.length))
}

/**
 * Reads a format string of Envoy's access log. Texts are written as they came: nothing is escaped. Where an address has its
 * port behind, there is a layout for addresses in brackets.
 *
 * @throws {ERR_OPTION_INVALID} An operator is malformed, the string cannot be read back, or it has no time or nothing of a
 *   request.
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage#format-strings
 */
export function compileEnvoy(format: string, id = 'custom'): readonly Layout[] {
  const string = stringOf(format)
  const plain = assembleLayout(id, partsOf(string, false), 'raw')
  const hasPort = [...string.matchAll(OPERATOR)].some((match) => Object.hasOwn(WITH_PORT, match[1]!))
  return hasPort ? [assembleLayout(id, partsOf(string, true), 'raw'), plain] : [plain]
}

/** Of YAML: in quotes, with escapes between double ones. */
function stringOf(format: string): string {
  const bare = format.trim().replace(/^(?:text_)?format:\s*/, '')
  const quoted = /^"((?:[^"\\]|\\.)*)"$/s.exec(bare)?.[1]
  const text =
    quoted?.replace(/\\(["\\])/g, '$1') ?? /^'(.*)'$/s.exec(bare)?.[1]?.replaceAll("''", "'") ?? bare
  return text.replace(/(?:\\n|\n)$/, '')
}

function partsOf(format: string, bracketed: boolean): Part[] {
  const parts: Part[] = []
  let at = 0
  for (const match of format.matchAll(OPERATOR)) {
    const [written, name = '', argument] = match
    literal(parts, format.slice(at, match.index), at)
    at = match.index + written.length
    const field = (meaning: Named): Part => ({ kind: 'field', ...meaning, written, at: match.index })
    if (!Object.hasOwn(WITH_PORT, name)) parts.push(field(meaningOf(name, argument)))
    else {
      parts.push({ kind: 'literal', text: bracketed ? '[' : '' }, field(WITH_PORT[name]!))
      parts.push({ kind: 'literal', text: bracketed ? ']:' : ':' }, field(extra('client_port')))
    }
  }
  literal(parts, format.slice(at), at)
  return parts
}

function literal(parts: Part[], text: string, at: number): void {
  const stray = text.replaceAll('%%', '  ').indexOf('%')
  if (stray >= 0)
    throw invalidFormat(
      `the % at character ${at + stray + 1} of the format string begins no operator of Envoy`,
    )
  parts.push({ kind: 'literal', text: text.replaceAll('%%', '%') })
}

function meaningOf(name: string, argument: string | undefined): Named {
  if (name === 'START_TIME' || name === 'START_TIME_LOCAL') return startTime(name.toLowerCase(), argument)
  if (argument === undefined)
    return Object.hasOwn(OPERATORS, name) ? OPERATORS[name]! : extra(name.toLowerCase())
  const header = argument.split('?')[0]!.toUpperCase()
  const headerName = header.replace(/^:/, '').toLowerCase().replaceAll('-', '_')
  if (name === 'REQ') {
    if (Object.hasOwn(PSEUDO, header)) return PSEUDO[header]!
    return { ...meaningOfHeader(header, `http_${headerName}`), name: `http_${headerName}` }
  }
  if (name === 'RESP') return extra(`sent_http_${headerName}`)
  if (name === 'TRAILER') return extra(`sent_trailer_${headerName}`)
  return extra(`${name.toLowerCase()}(${argument})`)
}

/** Without an argument ISO 8601 with milliseconds; `%3f` and its like are digits of the second's fraction. */
function startTime(name: string, argument: string | undefined): Named {
  if (argument === undefined || argument === '') return as({ as: 'time', time: { kind: 'iso' } }, name)
  return pattern(argument.replace(/%[1-9]f/g, '%f'), name)
}
