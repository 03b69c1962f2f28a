import { FIELD } from '../../columns/contract.js'
import type { Layout } from '../contract.js'
import { haproxyString } from './directive.js'
import { assembleLayout, invalidFormat, type Part, type TextSpelling, WHOLE_TARGET } from './parts.js'
import { as, duration, extra, type Named, numberExtra, pattern, text } from './variables.js'

/** `%tr`: the clock of the server, in its own zone. */
const LOCAL = '%d/%b/%Y:%H:%M:%S.%f'

/**
 * Variables; extras have the name that nginx has for the same thing, where it has one. Of times the start of the request
 * goes before the accepted connection; of durations the active time of the request before the session's.
 *
 * @see https://docs.haproxy.org/3.0/configuration.html#8.2.6
 */
const VARIABLES: Readonly<Record<string, Named>> = {
  ci: text(FIELD.client, 'client_ip'),
  cp: numberExtra('client_port'),
  t: pattern(LOCAL, 'time_accept', 4),
  T: as({ as: 'time', time: { kind: 'clf' } }, 'time_accept_gmt', 5),
  Tl: as({ as: 'time', time: { kind: 'clf' } }, 'time_accept_local', 5),
  tr: pattern(LOCAL, 'time_request', 1),
  trg: as({ as: 'time', time: { kind: 'clf' } }, 'time_request_gmt', 2),
  trl: as({ as: 'time', time: { kind: 'clf' } }, 'time_request_local', 2),
  Ts: pattern('%s', 'time_accept_s', 3),
  ms: pattern('%f', 'time_accept_ms', 9),
  r: as({ as: 'request' }, 'request'),
  HM: as({ as: 'method' }, 'request_method'),
  HU: as({ as: 'target' }, 'request_uri', WHOLE_TARGET),
  HP: as({ as: 'target' }, 'path', 1),
  HPO: as({ as: 'target' }, 'path_only', 2),
  HQ: as({ as: 'query' }, 'query_string'),
  HV: text(FIELD.protocol, 'server_protocol'),
  ST: as({ as: 'status' }, 'status'),
  B: as({ as: 'bytes', headers: true }, 'bytes_sent'),
  Ta: duration(1, 'time_active', 0),
  Tt: duration(1, 'time_total', 1),
  Tu: duration(1, 'time_user', 2),
  Tq: numberExtra('time_request_wait'),
  TR: numberExtra('time_to_request'),
  Th: numberExtra('time_handshake'),
  Ti: numberExtra('time_idle'),
  Tw: numberExtra('time_queued'),
  Tc: numberExtra('time_connect'),
  Tr: numberExtra('time_response'),
  Td: numberExtra('time_data'),
  U: numberExtra('request_length'),
  f: extra('frontend'),
  ft: extra('frontend'),
  b: extra('backend'),
  s: extra('server'),
  ts: extra('termination_state'),
  tsc: extra('termination_state'),
  hr: extra('captured_request_headers'),
  hrl: extra('captured_request_headers'),
  hs: extra('captured_response_headers'),
  hsl: extra('captured_response_headers'),
  CC: as({ as: 'extra', name: 'captured_request_cookie', holds: 'cookies' }, 'captured_request_cookie'),
  CS: extra('captured_response_cookie'),
  H: extra('hostname'),
  ID: extra('request_id'),
  bi: extra('backend_source_addr'),
  bp: numberExtra('backend_source_port'),
  fi: extra('server_addr'),
  fp: numberExtra('server_port'),
  si: extra('upstream_addr'),
  sp: numberExtra('upstream_port'),
  sslc: extra('ssl_cipher'),
  sslv: extra('ssl_protocol'),
  ac: numberExtra('connections'),
  fc: numberExtra('frontend_connections'),
  bc: numberExtra('backend_connections'),
  sc: numberExtra('server_connections'),
  bq: numberExtra('backend_queue'),
  sq: numberExtra('server_queue'),
  rc: numberExtra('retries'),
  lc: numberExtra('log_counter'),
  rt: numberExtra('request_counter'),
  pid: numberExtra('pid'),
}

/** Sample expressions with a meaning; all others are extras under their own text. */
const SAMPLES: Readonly<Record<string, Named>> = {
  src: text(FIELD.client, 'src', 1),
  src_port: numberExtra('client_port'),
  method: as({ as: 'method' }, 'method', 1),
  'capture.req.method': as({ as: 'method' }, 'capture.req.method', 1),
  'capture.req.uri': as({ as: 'target' }, 'capture.req.uri', WHOLE_TARGET),
  'capture.req.ver': text(FIELD.protocol, 'capture.req.ver', 1),
  url: as({ as: 'target' }, 'url', WHOLE_TARGET),
  path: as({ as: 'target' }, 'path', 1),
  query: as({ as: 'query' }, 'query'),
  status: as({ as: 'status' }, 'status', 1),
}

/** Written between braces, and not at all where nothing is captured. */
const CAPTURES: readonly string[] = ['hr', 'hs']

/** `%`, flags in braces (or a name, which nothing here needs), then a variable, a sample expression in brackets, or `%`. */
const DIRECTIVE = /%(?:%|(?:\{([^}]*)\})?(?:\[((?:[^\][]|\[[^\]]*\])*)\]|([A-Za-z]+)))|%/g

/** Variables that only HAProxy has, and its flags: what tells it from Apache. */
const ONLY_HAPROXY = new RegExp(
  String.raw`%(?:\{[+-][^}]*\}|\[|(?:\{[^}]*\})?(?:${Object.keys(VARIABLES)
    .filter((name) => name.length > 1)
    .join('|')})(?![A-Za-z]))`,
)

/** Where a text has what only a log-format of HAProxy has; -1: nowhere. */
export function haproxySign(text: string): number {
  return text.search(ONLY_HAPROXY)
}

interface Flags {
  readonly quote: boolean
  readonly escape: boolean
}

/**
 * Reads a `log-format` of HAProxy, the string alone or with the directive around it. Where captures are in it, there is a
 * layout for lines with and without each.
 *
 * @throws {ERR_OPTION_INVALID} A variable is unknown, the string cannot be read back, or it has no time or nothing of a
 *   request.
 * @see https://docs.haproxy.org/3.0/configuration.html#8.2.6
 */
export function compileHaproxy(format: string, id = 'custom'): readonly Layout[] {
  const { parts, spelling } = partsOf(haproxyString(format))
  return withoutCaptures(parts).map((some) => assembleLayout(id, some, spelling))
}

/** Of the string, and what it says of escapes: `%{+E}` puts a backslash before quotes and brackets. */
function partsOf(format: string): { parts: Part[]; spelling: TextSpelling } {
  const parts: Part[] = []
  let common: Flags = { quote: false, escape: false }
  let spelling: TextSpelling = 'raw'
  let at = 0
  for (const match of format.matchAll(DIRECTIVE)) {
    const [written, flagText = '', sample, name] = match
    parts.push({ kind: 'literal', text: format.slice(at, match.index) })
    at = match.index + written.length
    if (written === '%%') {
      parts.push({ kind: 'literal', text: '%' })
      continue
    }
    const flags = flagsOf(flagText, common)
    if (flags.escape) spelling = 'escaped'
    if (name === 'o') {
      common = flags
      // nothing is written for it, nor for the blank behind
      if (format[at] === ' ') at++
      continue
    }
    const meaning = sample === undefined ? variable(name, written, match.index) : sampleOf(sample)
    const field: Part = { kind: 'field', ...meaning, written, at: match.index }
    const isQuoted = flags.quote && meaning.isNumber !== true && meaning.codec.as !== 'time'
    const [open, close] =
      name !== undefined && CAPTURES.includes(name) ? ['{', '}'] : isQuoted ? ['"', '"'] : ['', '']
    parts.push({ kind: 'literal', text: open }, field, { kind: 'literal', text: close })
  }
  parts.push({ kind: 'literal', text: format.slice(at) })
  return { parts, spelling }
}

function flagsOf(text: string, common: Flags): Flags {
  const said = (flag: string, byDefault: boolean) =>
    text.includes(`+${flag}`) ? true : text.includes(`-${flag}`) ? false : byDefault
  return { quote: said('Q', common.quote), escape: said('E', common.escape) }
}

function variable(name: string | undefined, written: string, at: number): Named {
  if (name !== undefined && Object.hasOwn(VARIABLES, name)) return VARIABLES[name]!
  throw invalidFormat(
    `${JSON.stringify(written)} at character ${at + 1} of the format string is no variable of a HAProxy log-format`,
  )
}

function sampleOf(expression: string): Named {
  return Object.hasOwn(SAMPLES, expression) ? SAMPLES[expression]! : extra(expression)
}

/** The parts, and again without each capture and the blank behind it. */
function withoutCaptures(parts: readonly Part[]): Part[][] {
  const first = parts.findIndex(
    (part) => part.kind === 'field' && part.name.startsWith('captured_') && isBraced(parts, part),
  )
  if (first < 0) return [[...parts]]
  const before = parts.slice(0, first - 1)
  const capture = parts.slice(first - 1, first + 2)
  const after = parts.slice(first + 2)
  const blank = after[0]
  const closed =
    blank?.kind === 'literal' ? [{ ...blank, text: blank.text.replace(/^ /, '') }, ...after.slice(1)] : after
  return [
    ...withoutCaptures(after).map((rest) => [...before, ...capture, ...rest]),
    ...withoutCaptures(closed).map((rest) => [...before, ...rest]),
  ]
}

function isBraced(parts: readonly Part[], field: Part): boolean {
  const open = parts[parts.indexOf(field) - 1]
  return open?.kind === 'literal' && open.text === '{'
}
