import type { Layout, Producer, Stamp } from '../contract.js'
import { apacheStamp, compileApache } from './apache.js'
import { isHaproxyDirective } from './directive.js'
import { compileEnvoy, envoySign, withoutOperators } from './envoy.js'
import { compileHaproxy, haproxySign } from './haproxy.js'
import { compileNginx } from './nginx.js'
import { invalidFormat } from './parts.js'

type Dialect = 'nginx' | 'Apache' | 'HAProxy' | 'Envoy'

/** A compiled format string, and what its dialect tells. */
export interface CompiledFormatString {
  readonly dialect: Dialect
  /** In the order in which they are tried. */
  readonly layouts: readonly Layout[]
  readonly producer: Producer
  readonly stamp: Stamp
  /** The page that defines the dialect. */
  readonly reference: string
}

const REFERENCES: Readonly<Record<Dialect, string>> = {
  nginx: 'https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format',
  Apache: 'https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats',
  HAProxy: 'https://docs.haproxy.org/3.0/configuration.html#8.2.6',
  Envoy:
    'https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage#format-strings',
}

/** What is seen of each dialect in a text, most telling first. */
const SIGNS: readonly { readonly dialect: Dialect; readonly what: string; find(text: string): number }[] = [
  { dialect: 'Envoy', what: 'an Envoy operator', find: envoySign },
  // `$variable` or `${variable}`
  { dialect: 'nginx', what: 'an nginx variable', find: (text) => text.search(/\$\{?[A-Za-z_]/) },
  { dialect: 'HAProxy', what: 'a HAProxy variable', find: haproxySign },
  // `%h`, `%>s`, `%{Referer}i`, `%!200,304{Referer}i`
  {
    dialect: 'Apache',
    what: 'an Apache directive',
    find: (text) => text.search(/%[!\d,<>]*(?:\{[^}]*\})?\^?[A-Za-z]/),
  },
]

/** Of Apache alone among those that write `%`: a final status, a header, a condition. */
const ONLY_APACHE = /%[!\d,<>]+(?:\{[^}]*\})?[A-Za-z]|%\{[^}+-][^}]*\}\^?[A-Za-z]/

/**
 * Compiles an nginx `log_format`, an Apache `LogFormat`, a HAProxy `log-format` or an Envoy format string, whichever the
 * text is, with or without its directive.
 *
 * @throws {ERR_OPTION_INVALID} It is none or more than one of them, or it cannot be read back.
 */
export function compileFormatString(text: string, id = 'custom'): CompiledFormatString {
  const dialect = dialectOf(text)
  const common = { dialect, reference: REFERENCES[dialect] }
  if (dialect === 'nginx')
    return { ...common, layouts: [compileNginx(text, id)], producer: 'nginx', stamp: 'end' }
  if (dialect === 'Apache')
    return { ...common, layouts: [compileApache(text, id)], producer: 'apache', stamp: apacheStamp(text) }
  const layouts = dialect === 'Envoy' ? compileEnvoy(text, id) : compileHaproxy(text, id)
  return { ...common, layouts, producer: 'unknown', stamp: 'start' }
}

/** Whether a text can only be meant as a format string, not as the name of a format. */
export function looksLikeFormatString(text: string): boolean {
  return /[$%]/.test(text) || /^\s*(?:log_format|LogFormat|log-format)\s/i.test(text)
}

function dialectOf(text: string): Dialect {
  if (/^\s*(?:log_format|escape=\w+)\s/.test(text)) return 'nginx'
  if (/^\s*LogFormat\s/i.test(text)) return 'Apache'
  if (isHaproxyDirective(text)) return 'HAProxy'
  const bare = envoySign(text) >= 0 ? withoutOperators(text) : text
  const seen = SIGNS.map((sign) => ({
    ...sign,
    at: sign.find(sign.dialect === 'Envoy' ? text : bare),
  })).filter(({ at }) => at >= 0)
  const [first, second] = seen
  if (first === undefined) {
    throw invalidFormat(
      `the format string ${quote(text)} has no field: expected nginx variables such as $remote_addr, ` +
        'Apache directives such as %h, HAProxy variables such as %ci, or Envoy operators such as %START_TIME%',
    )
  }
  if (second === undefined) return first.dialect
  // what Apache and HAProxy both have is a sign of Apache too
  if (first.dialect === 'HAProxy' && second.dialect === 'Apache') {
    const apache = bare.search(ONLY_APACHE)
    if (apache < 0) return 'HAProxy'
    throw mixed(first, { ...second, at: apache })
  }
  throw mixed(first, second)
}

function mixed(...signs: readonly { readonly what: string; readonly at: number }[]): Error {
  const [a, b] = signs.map(({ what, at }) => `${what} at character ${at + 1}`)
  return invalidFormat(
    `the format string mixes dialects: ${a} and ${b}; expected one of them, or the directive log_format (nginx), ` +
      'LogFormat (Apache) or log-format (HAProxy) in front',
  )
}

function quote(text: string): string {
  return JSON.stringify(text.length <= 80 ? text : `${text.slice(0, 79)}…`)
}
