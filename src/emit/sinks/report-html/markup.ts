import { visible } from '../../../core/text.js'

/** Text that is markup already. Made by `html` alone, so that nothing of a log becomes markup. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** What may stand in a template: texts are escaped, markup stands as it is, lists one behind the other, null is nothing. */
export type Part = string | number | Markup | null | readonly Part[]

/**
 * The one way to make markup: html`<td>${text}</td>`. Every text is escaped for elements and for attributes in double quotes, and
 * characters that act instead of being seen are shown as `\x1b`.
 */
export function html(template: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let text = template[0]!
  parts.forEach((part, at) => {
    text += textOf(part) + template[at + 1]!
  })
  return new Markup(text)
}

function textOf(part: Part): string {
  if (part === null) return ''
  if (part instanceof Markup) return part.text
  if (typeof part === 'number') return String(part)
  return typeof part === 'string' ? escaped(part) : part.map(textOf).join('')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return visible(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!)
}
