import { replaceInvisible } from '../core/text.js'

/**
 * Writes JSON that is harmless in a terminal: every control, bidi and other invisible character is an escape.
 *
 * Reading it back gives the same value. A big integer becomes a text; what JSON cannot say becomes null.
 *
 * @param indent  Blanks a level; 0 for one line, which then holds no line feed.
 */
export function safeJson(value: unknown, indent = 0): string {
  const json = JSON.stringify(
    value,
    (_, inner: unknown) => (typeof inner === 'bigint' ? `${inner}` : inner),
    indent,
  )
  return replaceInvisible(json ?? 'null', escapeCodePoint)
}

function escapeCodePoint(codePoint: number): string {
  // stringify escapes line feeds in texts; the ones left are those of the indentation
  if (codePoint === 0x0a) return '\n'
  return [...String.fromCodePoint(codePoint)].map(escapeUnits).join('')
}

function escapeUnits(character: string): string {
  let escaped = ''
  for (let index = 0; index < character.length; index++)
    escaped += `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`
  return escaped
}

/** One JSON value a line. */
export function jsonLines(values: readonly unknown[]): string {
  return values.map((value) => `${safeJson(value)}\n`).join('')
}
