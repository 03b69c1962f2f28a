/**
 * Rules formats out by what lines look like, which is quicker than to read them: most formats are of other logs, and neither
 * their layouts nor their readers need to be made.
 */
import type { LogFormat, Wrapper } from './contract.js'
import type { SampledLines } from './sample-lines.js'

export class Looks {
  /** The lines as latin-1, out of their wrapper; null where one cannot be told. */
  readonly #texts: readonly string[] | null
  /** Formats of one kind share their hint. */
  readonly #counts = new Map<RegExp, number>()

  constructor(lines: SampledLines, wrapper: Wrapper | null) {
    this.#texts = textsOf(lines, wrapper)
  }

  /** Whether a format may read any of the lines; true says nothing. */
  mayRead({ hint }: LogFormat): boolean {
    return hint === undefined || this.#count(hint) > 0
  }

  /** Share of the lines that a format may read by its first layout, at most; 1 says nothing. */
  ownShare({ ownHint }: LogFormat): number {
    return ownHint === undefined || this.#texts === null ? 1 : this.#count(ownHint) / this.#texts.length
  }

  #count(hint: RegExp): number {
    const known = this.#counts.get(hint)
    if (known !== undefined || this.#texts === null) return known ?? 1
    const count = this.#texts.reduce((sum, text) => (hint.test(text) ? sum + 1 : sum), 0)
    this.#counts.set(hint, count)
    return count
  }
}

function textsOf({ bytes, count, start, end }: SampledLines, wrapper: Wrapper | null): string[] | null {
  const inner = new Int32Array(2)
  const texts: string[] = []
  for (let i = 0; i < count; i++) {
    const spelling = wrapper?.unwrap(bytes, start[i]!, end[i]!, inner) ?? null
    const [from, to] = spelling === null ? [start[i]!, end[i]!] : [inner[0]!, inner[1]!]
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1')
    const unescaped = spelling === 'json' ? unescapeJson(text) : text
    if (unescaped === null) return null
    texts.push(unescaped)
  }
  return texts
}

function unescapeJson(text: string): string | null {
  try {
    return JSON.parse(`"${text}"`) as string
  } catch {
    return null
  }
}
