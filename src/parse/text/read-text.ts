/**
 * For readers of lines by regular expression. A line is taken as latin-1, in which a character is a byte: positions of the
 * text are those of the line. Expressions must be linear in the line, however hostile: at most one open quantifier, with
 * nothing behind it that could match in many ways.
 */
import type { LogFormat, RejectReason, RowWriter, Spelling, ValueMeaning } from '../contract.js'
import { namesOf } from '../meanings.js'

export type Meanings = Readonly<Record<string, ValueMeaning>>

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
    if (!row.value(meaning, offset + indices[0], offset + indices[1], spelling)) return problemOf(meaning)
  }
  return null
}

function problemOf({ codec }: ValueMeaning): RejectReason {
  return codec.as === 'time' || codec.as === 'any-time' ? 'bad-time' : 'bad-number'
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
