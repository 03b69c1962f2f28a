import { invalidFormat } from './parts.js'

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

/**
 * The format string out of `log_format NAME [escape=...] 'string' ...;`, or of the strings alone.
 *
 * @see https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format
 */
export function nginxString(text: string): string {
  const bare = text.trim()
  if (/^log_format\s/.test(bare)) {
    const words = wordsOf(bare).slice(2)
    const escaping = /^escape=(.*)$/.exec(words[0]?.quoted === false ? words[0].text : '')
    if (escaping !== null) words.shift()
    if (escaping !== null && !['default', 'json', 'none'].includes(escaping[1]!)) {
      throw invalidFormat(`escape=${escaping[1]} of the log_format directive is none of default, json, none`)
    }
    return words.map((word) => word.text).join('')
  }
  if (bare.startsWith("'") || isOneQuotedWord(bare))
    return wordsOf(bare)
      .map((word) => word.text)
      .join('')
  return resolve(text)
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
