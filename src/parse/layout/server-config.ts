/** Directives of a server's configuration that say in which format which log is written. Text in, data out. */

/** One directive. Blocks are directives too; what is in them follows. */
export interface Directive {
  /** As written; Apache's are lower-cased. */
  readonly name: string
  readonly words: readonly Word[]
  /** From 1. */
  readonly line: number
}

export interface Word {
  /** As it stands, quotes and all. */
  readonly raw: string
  /** Without quotes and escapes. */
  readonly text: string
}

export type ServerKind = 'nginx' | 'apache'

const APACHE_SIGN =
  /^[ \t]*(?:LogFormat|CustomLog|TransferLog|GlobalLog|ServerRoot|LoadModule|DocumentRoot|IncludeOptional|<(?:VirtualHost|IfModule|Directory)\b)/im
const NGINX_SIGN =
  /^[ \t]*(?:(?:http|server|events)\s*\{|(?:log_format|access_log|include|worker_processes)\s[^;{}]*;)/m

/** Which server a configuration is of; null: neither. */
export function serverKind(text: string): ServerKind | null {
  if (APACHE_SIGN.test(text)) return 'apache'
  return NGINX_SIGN.test(text) ? 'nginx' : null
}

export function directivesOf(kind: ServerKind, text: string): Directive[] {
  return kind === 'nginx' ? nginxDirectives(text) : apacheDirectives(text)
}

/** A comment, a quoted or bare word, or what ends a directive. A brace behind a dollar is of a variable. */
const NGINX_TOKEN =
  /#[^\n]*|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|[;{}]|((?:\$\{|\\.|[^\s;{}"'\\])(?:\$\{[^}]*\}|\\.|[^\s;{}\\])*)/gs

/** @see https://nginx.org/en/docs/beginners_guide.html#conf_structure */
function nginxDirectives(text: string): Directive[] {
  const directives: Directive[] = []
  const lineAt = lineCounter(text)
  let words: Word[] = []
  let line = 0
  NGINX_TOKEN.lastIndex = 0
  for (let match = NGINX_TOKEN.exec(text); match !== null; match = NGINX_TOKEN.exec(text)) {
    const raw = match[0]
    if (raw.startsWith('#')) continue
    if (raw !== ';' && raw !== '{' && raw !== '}') {
      if (words.length === 0) line = lineAt(match.index)
      words.push({ raw, text: unescaped(match[1] ?? match[2] ?? raw) })
      continue
    }
    const [name, ...rest] = words
    if (name !== undefined) directives.push({ name: name.text, words: rest, line })
    words = []
    // Lua is no configuration: its quotes and braces are its own
    if (raw === '{' && name?.text.endsWith('_by_lua_block') === true)
      NGINX_TOKEN.lastIndex = closingBrace(text, NGINX_TOKEN.lastIndex)
  }
  return directives
}

function closingBrace(text: string, from: number): number {
  let depth = 1
  let at = from
  for (; at < text.length && depth > 0; at++) depth += text[at] === '{' ? 1 : text[at] === '}' ? -1 : 0
  return at
}

const ESCAPED: Readonly<Record<string, string>> = {
  t: '\t',
  r: '\r',
  n: '\n',
  '"': '"',
  "'": "'",
  '\\': '\\',
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, (whole, glyph: string) => ESCAPED[glyph] ?? whole)
}

/** @see https://httpd.apache.org/docs/2.4/configuring.html#syntax */
function apacheDirectives(text: string): Directive[] {
  const directives: Directive[] = []
  const lines = text.split(/\r?\n/)
  for (let at = 0; at < lines.length; at++) {
    const line = at + 1
    let whole = lines[at]!
    while (whole.endsWith('\\') && at + 1 < lines.length) whole = whole.slice(0, -1) + lines[++at]!
    if (/^\s*(?:#|<|$)/.test(whole)) continue
    const [name, ...words] = wordsOf(whole)
    if (name !== undefined) directives.push({ name: name.text.toLowerCase(), words, line })
  }
  return directives
}

function wordsOf(line: string): Word[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|\S+/g)].map((match) => ({
    raw: match[0],
    text: (match[1] ?? match[2])?.replace(/\\(["'\\])/g, '$1') ?? match[0],
  }))
}

/** Lines of indexes that only grow. */
function lineCounter(text: string): (index: number) => number {
  let line = 1
  let at = 0
  return (index) => {
    for (; at < index; at++) if (text[at] === '\n') line++
    return line
  }
}

/** A log that a directive names, by the last part of its path. */
export interface LogName {
  /** Without what rotation appends; a regular expression where the path has variables. */
  readonly base: string | RegExp
}

/**
 * The name of a log in a configuration, for comparison with files; null for what is no file.
 *
 * @param path  `/var/log/nginx/$host.access.log`, or Apache's `|/usr/bin/rotatelogs /var/log/access_log.%Y%m%d 86400`.
 */
export function logName(path: string): LogName | null {
  const file = path.startsWith('|') ? pipedFile(path) : path
  if (file === null || /^(?:off|syslog:|memory:|\/dev\/|\/proc\/)/.test(file)) return null
  const last = file.replace(/%.*$/s, '').replaceAll('\\', '/').split('/').at(-1)!
  const base = withoutRotation(last.replace(/[-_.]+$/, ''))
  if (base === '') return null
  const pieces = base.split(/\$\{?\w+\}?/)
  if (pieces.length === 1) return { base }
  return {
    base: new RegExp(`^${pieces.map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.+')}$`),
  }
}

/** The first path among a program's arguments. */
function pipedFile(command: string): string | null {
  const [, ...rest] = command
    .replace(/^\|[|$]?/, '')
    .trim()
    .split(/\s+/)
  return rest.find((word) => !word.startsWith('-') && word.includes('/')) ?? null
}

const ROTATION =
  /(?:\.(?:gz|bz2|xz|zst|zip|old)|\.\d{1,10}|[-_.]\d{4}-?\d{2}-?\d{2}(?:[-_.T]?\d{2}(?:[-_.:]?\d{2}){0,2})?)$/i

/** `access.log.2.gz` and `access.log-20250101` are of `access.log`. */
export function withoutRotation(name: string): string {
  let base = name
  for (
    let shorter = base.replace(ROTATION, '');
    shorter !== base && shorter !== '';
    shorter = base.replace(ROTATION, '')
  )
    base = shorter
  return base
}
