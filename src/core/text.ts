/**
 * Log text for people and programs: nothing in here reaches a terminal unescaped. Values of secrets are masked by
 * core/secrets.ts, which is exported from here.
 */
export { maskSecrets } from './secrets.js'

/**
 * What a terminal, an editor or a reader's eye would act on instead of show: controls (C0, DEL, C1), format and bidi
 * controls, zero-width and other invisible letters, line and paragraph separators, tags, lone surrogates.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

/** Replaces each invisible character (see `visible`) by what `spell` gives for its code point. */
export function replaceInvisible(text: string, spell: (codePoint: number) => string): string {
  return text.replace(INVISIBLE, (character) => spell(character.codePointAt(0)!))
}

/**
 * Shows characters that act instead of being seen as `\x1b` or `\u{202e}`, so that log text is harmless in a terminal.
 *
 * A backslash stays: the same text typed out in the log looks the same here; the evidence itself tells them apart.
 */
export function visible(text: string): string {
  return replaceInvisible(text, (codePoint) => {
    const hex = codePoint.toString(16)
    return codePoint <= 0xff ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`
  })
}

/** Cuts a text to at most `max` code points, the last of which is then an ellipsis. Cost is that of `max`. */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text
  if (max <= 0) return ''
  let end = 0
  let keep = 0
  for (let count = 0; count < max; count++) {
    if (count === max - 1) keep = end
    end += text.codePointAt(end)! > 0xffff ? 2 : 1
    if (end >= text.length) return text
  }
  return `${text.slice(0, keep)}…`
}
