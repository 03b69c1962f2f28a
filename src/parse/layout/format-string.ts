import type { Layout, Producer, Stamp } from '../contract.js'
import { apacheStamp, compileApache } from './apache.js'
import { compileNginx } from './nginx.js'
import { invalidFormat } from './parts.js'

/** A compiled format string, and what its dialect tells. */
export interface CompiledFormatString {
  readonly layout: Layout
  readonly producer: Exclude<Producer, 'unknown'>
  readonly stamp: Stamp
}

/** `$variable` or `${variable}`. */
const VARIABLE = /\$\{?[A-Za-z_]/
/** `%h`, `%>s`, `%{Referer}i`, `%!200,304{Referer}i`. */
const DIRECTIVE = /%[!\d,<>]*(?:\{[^}]*\})?\^?[A-Za-z]/

/**
 * Compiles an nginx `log_format` or an Apache `LogFormat`, whichever the text is, with or without its directive.
 *
 * @throws {ERR_OPTION_INVALID} It is neither or both, or it cannot be read back.
 */
export function compileFormatString(text: string): CompiledFormatString {
  if (dialectOf(text) === 'nginx') return { layout: compileNginx(text), producer: 'nginx', stamp: 'end' }
  return { layout: compileApache(text), producer: 'apache', stamp: apacheStamp(text) }
}

/** Whether a text can only be meant as a format string, not as the name of a format. */
export function looksLikeFormatString(text: string): boolean {
  return /[$%]/.test(text) || /^\s*(log_format|LogFormat)\s/i.test(text)
}

function dialectOf(text: string): 'apache' | 'nginx' {
  if (/^\s*log_format\s/.test(text)) return 'nginx'
  if (/^\s*LogFormat\s/i.test(text)) return 'apache'
  const variable = VARIABLE.exec(text)
  const directive = DIRECTIVE.exec(text)
  if (variable !== null && directive === null) return 'nginx'
  if (directive !== null && variable === null) return 'apache'
  if (variable === null || directive === null) {
    throw invalidFormat(
      `the format string ${quote(text)} has no field: expected nginx variables such as $remote_addr, ` +
        'or Apache directives such as %h',
    )
  }
  throw invalidFormat(
    `the format string mixes dialects: an nginx variable at character ${variable.index + 1} and an Apache directive at ` +
      `character ${directive.index + 1}; expected one of them, or the directive log_format or LogFormat in front`,
  )
}

function quote(text: string): string {
  return JSON.stringify(text.length <= 80 ? text : `${text.slice(0, 79)}…`)
}
