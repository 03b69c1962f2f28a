import { closestMatch } from 'leven'

/**
 * The name that was probably meant, of those that there are: in other letters, or a few edits away, the fewer the shorter it is.
 *
 * @returns undefined where none is near.
 */
export function closestName(name: string, known: readonly string[]): string | undefined {
  const maxDistance = name.length < 4 ? 1 : Math.max(2, Math.floor(name.length / 3))
  return (
    known.find((other) => other.toLowerCase() === name.toLowerCase()) ??
    closestMatch(name, known, { maxDistance })
  )
}
