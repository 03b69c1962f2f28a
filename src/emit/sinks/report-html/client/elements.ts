/** Makes an element with a class and texts or elements in it. Texts stay texts. */
export function element(
  name: string,
  className: string,
  ...content: readonly (string | Node)[]
): HTMLElement {
  const made = document.createElement(name)
  if (className !== '') made.className = className
  made.append(...content)
  return made
}

/** Characters that act instead of being seen, shown as codes. What the page holds as JSON has them as they are. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

export function visible(text: string): string {
  return text.replace(INVISIBLE, (character) => {
    const hex = character.codePointAt(0)!.toString(16)
    return hex.length <= 2 ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`
  })
}
