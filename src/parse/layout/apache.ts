import { FIELD } from '../../columns/contract.js'
import type { Codec, Layout, Stamp, TimeCodec } from '../contract.js'
import { apacheString } from './directive.js'
import { meaningOfCookie, meaningOfHeader } from './headers.js'
import { assembleLayout, invalidFormat, type Part } from './parts.js'
import { as, duration, extra, type Named, text } from './variables.js'

/**
 * Directives without an argument, `<` and `>` included where they change the meaning. Extras have the name that nginx
 * has for the same thing, where it has one.
 *
 * @see https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats
 * @see https://httpd.apache.org/docs/2.4/mod/mod_logio.html
 */
const DIRECTIVES: Readonly<Record<string, Named>> = {
  h: text(FIELD.client, 'remote_host'),
  a: text(FIELD.client, 'remote_addr'),
  l: text(FIELD.ident, 'ident'),
  u: text(FIELD.user, 'remote_user'),
  r: as({ as: 'request' }, 'request'),
  m: as({ as: 'method' }, 'request_method'),
  U: as({ as: 'target' }, 'uri', 1),
  q: as({ as: 'query' }, 'query_string'),
  H: text(FIELD.protocol, 'server_protocol'),
  '>s': as({ as: 'status' }, 'status'),
  s: as({ as: 'status' }, 'original_status', 1),
  b: as({ as: 'bytes', headers: false }, 'body_bytes_sent'),
  B: as({ as: 'bytes', headers: false }, 'body_bytes_sent'),
  O: as({ as: 'bytes', headers: true }, 'bytes_sent', 1),
  D: duration(0.001, 'duration_us'),
  T: duration(1000, 'duration_s'),
  V: text(FIELD.host, 'host'),
  v: text(FIELD.host, 'server_name', 2),
  I: extra('request_length'),
  S: extra('bytes_transferred'),
  p: extra('server_port'),
  A: extra('server_addr'),
  f: extra('request_filename'),
  k: extra('keepalive_requests'),
  L: extra('log_id'),
  P: extra('pid'),
  R: extra('handler'),
  X: extra('connection_status'),
  '^FB': extra('first_byte_us'),
}

function headerName(name: string): string {
  return name.toLowerCase().replaceAll('-', '_')
}

/** Directives with an argument in braces. */
const WITH_ARGUMENT: Readonly<Record<string, (argument: string) => Named | null>> = {
  i: (name) => ({ ...meaningOfHeader(name, `http_${headerName(name)}`), name: `http_${headerName(name)}` }),
  o: (name) => extra(`sent_http_${headerName(name)}`),
  C: (name) => ({ ...meaningOfCookie(name, `cookie_${name}`), name: `cookie_${name}` }),
  e: (name) => extra(`env_${name}`),
  n: (name) => extra(`note_${name}`),
  x: extra,
  c: extra,
  '^ti': (name) => extra(`trailer_${headerName(name)}`),
  '^to': (name) => extra(`sent_trailer_${headerName(name)}`),
  a: (which) => (which === 'c' ? text(FIELD.client, 'peer_addr', 1) : null),
  h: (which) => (which === 'c' ? text(FIELD.client, 'peer_host', 1) : null),
  p: (which) => PORTS[which] ?? null,
  P: (which) => PROCESSES[which] ?? null,
  L: (which) => LOG_IDS[which] ?? null,
  T: (unit) => UNITS[unit] ?? null,
  t: (pattern) => timeOf(pattern),
}

const PORTS: Readonly<Record<string, Named>> = {
  canonical: extra('server_port'),
  local: extra('local_port'),
  remote: extra('remote_port'),
}
const PROCESSES: Readonly<Record<string, Named>> = {
  pid: extra('pid'),
  tid: extra('tid'),
  hextid: extra('tid'),
}
const LOG_IDS: Readonly<Record<string, Named>> = {
  c: extra('connection_log_id'),
  C: extra('connection_log_id'),
}
const UNITS: Readonly<Record<string, Named>> = {
  s: duration(1000, 'duration_s'),
  ms: duration(1, 'duration_ms'),
  us: duration(0.001, 'duration_us'),
}

const EPOCHS: Readonly<Record<string, number>> = { sec: 1000, msec: 1, usec: 0.001 }

/** strftime patterns that the kernel reads by its own, quicker codecs. */
const KNOWN_PATTERNS: Readonly<Record<string, TimeCodec>> = {
  '%d/%b/%Y:%H:%M:%S %z': { kind: 'clf' },
  '%d/%b/%Y:%T %z': { kind: 'clf' },
  '%Y-%m-%dT%H:%M:%S%z': { kind: 'iso' },
  '%FT%T%z': { kind: 'iso' },
}

/** `%{...}t`: the begin of a request goes before its end, epoch numbers before text. */
function timeOf(argument: string): Named {
  const [, prefix = 'begin', pattern = ''] = /^(?:(begin|end):)?(.*)$/s.exec(argument) ?? []
  const late = prefix === 'end' ? 10 : 0
  const name = prefix === 'end' ? 'time_end' : 'time_begin'
  const unit = Object.hasOwn(EPOCHS, pattern) ? EPOCHS[pattern] : undefined
  if (unit !== undefined) return as({ as: 'time', time: { kind: 'epoch', unit } }, name, late)
  if (pattern === 'msec_frac' || pattern === 'usec_frac')
    return as(strftime('%f'), `${name}_fraction`, late + 3)
  const known = Object.hasOwn(KNOWN_PATTERNS, pattern) ? KNOWN_PATTERNS[pattern] : undefined
  return as(known === undefined ? strftime(pattern) : { as: 'time', time: known }, name, late + 2)
}

function strftime(format: string): Codec {
  return { as: 'time', time: { kind: 'strftime', format } }
}

/**
 * Reads an Apache `LogFormat`, the string alone or with the directive around it.
 *
 * @throws {ERR_OPTION_INVALID} A directive is unknown, the string cannot be read back, or it has no time or nothing of a
 *   request.
 * @see https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats
 */
export function compileApache(format: string, id = 'custom'): Layout {
  return assembleLayout(id, partsOf(apacheString(format)))
}

/** What the stamps of a LogFormat mean: the begin of requests, unless only their end is logged. */
export function apacheStamp(format: string): Stamp {
  const string = apacheString(format)
  const times = [...string.matchAll(DIRECTIVE)].filter((match) => match[3] === 't')
  return times.length > 0 && times.every((match) => match[2]?.startsWith('end:')) ? 'end' : 'start'
}

/** `%`, modifiers (statuses, `<`, `>`), an argument in braces, a letter or `^` and two; or `%%`; or `%` and none of it. */
const DIRECTIVE = /%(?:([!\d,<>]*)(?:\{([^}]*)\})?(\^[A-Za-z]{2}|[A-Za-z%]))?/g

function partsOf(format: string): Part[] {
  const parts: Part[] = []
  let at = 0
  for (const match of format.matchAll(DIRECTIVE)) {
    const [written, modifiers = '', argument, letter] = match
    parts.push({ kind: 'literal', text: format.slice(at, match.index) })
    at = match.index + written.length
    if (letter === '%') parts.push({ kind: 'literal', text: '%' })
    else if (letter === 't' && !argument) parts.push(...clfTime(written, match.index))
    else
      parts.push({
        kind: 'field',
        ...meaningOf(written, modifiers, argument, letter, match.index),
        written,
        at: match.index,
      })
  }
  parts.push({ kind: 'literal', text: format.slice(at) })
  return parts
}

/** `%t` writes its brackets itself. */
function clfTime(written: string, at: number): Part[] {
  const codec: Codec = { as: 'time', time: { kind: 'clf' } }
  return [
    { kind: 'literal', text: '[' },
    { kind: 'field', codec, written, name: 'time_begin', at, rank: 1 },
    { kind: 'literal', text: ']' },
  ]
}

function meaningOf(
  written: string,
  modifiers: string,
  argument: string | undefined,
  letter: string | undefined,
  at: number,
): Named {
  const key = letter ?? ''
  const named = argument === undefined ? plain(modifiers, key) : withArgument(argument, key)
  if (named !== null) return named
  throw invalidFormat(
    `${JSON.stringify(written)} at character ${at + 1} of the format string is no directive of mod_log_config, mod_logio or mod_ssl`,
  )
}

function plain(modifiers: string, letter: string): Named | null {
  const final = modifiers.includes('>') ? `>${letter}` : letter
  if (Object.hasOwn(DIRECTIVES, final)) return DIRECTIVES[final]!
  return Object.hasOwn(DIRECTIVES, letter) ? DIRECTIVES[letter]! : null
}

function withArgument(argument: string, letter: string): Named | null {
  const make = Object.hasOwn(WITH_ARGUMENT, letter) ? WITH_ARGUMENT[letter] : undefined
  // mod_log_config hands the argument to every directive, and those that have no use for it ignore it.
  return make === undefined ? plain('', letter) : make(argument)
}
