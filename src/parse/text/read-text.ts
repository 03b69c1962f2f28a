/**
 * Reads lines by regular expressions with named groups, for formats whose fields may be missing or come in several orders.
 *
 * A line is taken as latin-1, in which a character is a byte: positions of the text are those of the line. Expressions must
 * run in linear time on any text: what a quantifier repeats must not be able to match what follows it.
 */
import type { LogFormat, RejectReason, RowWriter, Spelling, ValueMeaning } from '../contract.js'
import { namesOf, problemOf } from '../meanings.js'

/** What named groups stand for. A value that is spelled in another way than the rest of its line says so. */
export type Meanings = Readonly<Record<string, ValueMeaning & { readonly spelling?: Spelling }>>

/** Where something stands in a line; `end` is exclusive. */
export interface TextSpan {
  readonly start: number
  readonly end: number
}

/** Reads one line; the writer takes positions of the text. */
export type ReadText = (text: string, row: RowWriter) => 'record' | RejectReason

/** A format of lines that are read as text: what the reader and the meanings that it uses give to the descriptor. */
export function fromText(
  read: ReadText,
  meanings: Meanings,
): Pick<LogFormat, 'scanner' | 'extras' | 'columns'> {
  const latin1 = (line: Uint8Array) =>
    Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('latin1')
  return {
    scanner: () => ({ read: (line, row) => read(latin1(line), row) }),
    ...namesOf(Object.values(meanings)),
  }
}

/**
 * A format whose lines are each one match of a pattern, from `^` to `$`, with the flag `d`.
 *
 * @param patterns  In the order in which they are tried.
 */
export function fromPatterns(
  patterns: readonly RegExp[],
  meanings: Meanings,
): Pick<LogFormat, 'scanner' | 'extras' | 'columns'> {
  const read: ReadText = (text, row) => {
    for (const pattern of patterns) {
      const match = pattern.exec(text)
      if (match !== null) return putGroups(match, meanings, row, 'raw') ?? 'record'
    }
    return 'no-match'
  }
  return fromText(read, meanings)
}

/**
 * Writes the named groups of a match (flag `d`) that took part in it, each by the meaning of its name. Other groups are
 * passed over.
 *
 * @param offset  Where the text of the match starts in the line.
 * @returns The reason to reject where a value is none of its kind.
 */
export function putGroups(
  match: RegExpMatchArray,
  meanings: Meanings,
  row: RowWriter,
  spelling: Spelling,
  offset = 0,
): RejectReason | null {
  for (const [name, indices] of Object.entries(match.indices?.groups ?? {})) {
    const meaning = meanings[name]
    // a group that took no part has no indices, whatever its type says
    if (meaning === undefined || (indices as [number, number] | undefined) === undefined) continue
    const isRead = row.value(meaning, offset + indices[0], offset + indices[1], meaning.spelling ?? spelling)
    if (!isRead) return problemOf(meaning)
  }
  return null
}

/** One expression for the beginning of a text, of several that follow each other. */
export function inSequence(...parts: readonly RegExp[]): RegExp {
  return new RegExp(`^${parts.map(({ source }) => source).join('')}`, 'd')
}

/** Writes a text that is also a value when it is empty: a header that was sent with nothing in it. */
export function putText(
  meaning: ValueMeaning,
  { start, end }: TextSpan,
  row: RowWriter,
  spelling: Spelling,
): void {
  const { codec } = meaning
  if (end > start) row.value(meaning, start, end, spelling)
  else if (codec.as === 'text') row.text(codec.field, start, end)
  else if (codec.as === 'extra') row.extra(codec.name, start, end)
}
