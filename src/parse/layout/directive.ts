import { invalidFormat, type TextSpelling } from './parts.js'

/**
 * The words of a line of a server's configuration, quotes and escapes resolved, and whether each stood in quotes.
 *
 *     log_format main '$remote_addr ' "[$time_local]";
 */
function wordsOf(text: string): { text: string; quoted: boolean }[] {
  const words: { text: string; quoted: boolean }[] = []
  const word = /\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^\s'";]+)|(;))/gsy
  const line = text.trimEnd()
  while (word.lastIndex < line.length) {
    const start = word.lastIndex
    const match = word.exec(line)
    if (match === null)
      throw invalidFormat(`a quote that opens at character ${start + 1} of the format string does not close`)
    if (match[4] !== undefined) break
    const quoted = match[1] ?? match[2]
    words.push(
      quoted === undefined ? { text: match[3]!, quoted: false } : { text: resolve(quoted), quoted: true },
    )
  }
  return words
}

const ESCAPED: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '"': '"',
  "'": "'",
  '\\': '\\',
}

function resolve(text: string): string {
  return text.replace(/\\(.)/gs, (whole, byte: string) => ESCAPED[byte] ?? whole)
}

/** The whole text stands in one pair of quotes: none inside that is not escaped. */
function isOneQuotedWord(text: string): boolean {
  return /^"(?:[^"\\]|\\.)*"$/s.test(text)
}

/** A format string out of its directive, and how its texts are spelled. */
export interface DirectiveString {
  readonly text: string
  readonly spelling: TextSpelling
}

const SPELLINGS: Readonly<Record<string, TextSpelling>> = { default: 'escaped', json: 'json', none: 'raw' }

/**
 * The format string out of `log_format NAME [escape=...] 'string' ...;`, or of `[escape=...]` and the strings alone.
 *
 * @see https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format
 */
export function nginxString(text: string): DirectiveString {
  const bare = text.trim()
  const isDirective = /^log_format\s/.test(bare)
  if (!isDirective && !/^(?:escape=|')/.test(bare) && !isOneQuotedWord(bare))
    return { text: resolve(text), spelling: 'escaped' }
  const words = wordsOf(bare).slice(isDirective ? 2 : 0)
  const escaping = /^escape=(.*)$/.exec(words[0]?.quoted === false ? words[0].text : '')?.[1]
  if (escaping !== undefined && !Object.hasOwn(SPELLINGS, escaping))
    throw invalidFormat(`escape=${escaping} of the log_format directive is none of default, json, none`)
  const strings = escaping === undefined ? words : words.slice(1)
  return { text: strings.map((word) => word.text).join(''), spelling: SPELLINGS[escaping ?? 'default']! }
}

/**
 * The format string out of `LogFormat "string" [NAME]`, or of the string alone.
 *
 * @see https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#logformat
 */
export function apacheString(text: string): string {
  const bare = text.trim()
  if (/^LogFormat\s/i.test(bare)) {
    const string = wordsOf(bare)[1]
    if (string === undefined) throw invalidFormat('the LogFormat directive has no format string behind it')
    return string.text
  }
  if (bare.startsWith("'") || isOneQuotedWord(bare)) return wordsOf(bare)[0]?.text ?? ''
  return resolve(text)
}

/** Of haproxy.cfg: the directive's name and one argument, quoted or with `\ ` for its blanks. */
const HAPROXY_DIRECTIVE = /^(?:error-)?log-format(?:-sd)?\s+/

export function isHaproxyDirective(text: string): boolean {
  return HAPROXY_DIRECTIVE.test(text.trim())
}

/**
 * The format string out of `log-format "string"`, or of the string alone. Between single quotes nothing is an escape.
 *
 * @see https://docs.haproxy.org/3.0/configuration.html#2.2
 */
export function haproxyString(text: string): string {
  const bare = text.trim().replace(HAPROXY_DIRECTIVE, '')
  const single = /^'([^']*)'$/.exec(bare)
  if (single !== null) return single[1]!
  return (isOneQuotedWord(bare) ? bare.slice(1, -1) : bare).replace(/\\(.)/gs, '$1')
}
