/**
 * Reads lines by regular expressions with named groups, for formats whose fields may be missing.
 *
 * A pattern sees the line as Latin-1, a character a byte, so that its places are those of the bytes. It must run in linear
 * time on any text: what a quantifier repeats must not be able to match what follows it.
 */
import type { LineScanner, LogFormat, RejectReason, RowWriter, Spelling, ValueMeaning } from '../contract.js'
import { namesOf } from '../meanings.js'

export interface PatternFormat {
  /** In the order in which they are tried. With the flags `d` and `s`, from `^` to `$`. */
  readonly patterns: readonly RegExp[]
  /** What the groups of all patterns stand for, by name. */
  readonly groups: Readonly<Record<string, PatternGroup>>
}

export interface PatternGroup {
  readonly meaning: ValueMeaning
  /** Default `raw`. */
  readonly spelling?: Spelling
}

/** A format of patterns: what they give to the descriptor. */
export function fromPatterns(format: PatternFormat): Pick<LogFormat, 'scanner' | 'extras' | 'columns'> {
  const meanings = Object.values(format.groups).map(({ meaning }) => meaning)
  return { scanner: () => ({ read: (line, row) => read(format, line, row) }), ...namesOf(meanings) }
}

function read(
  { patterns, groups }: PatternFormat,
  line: Uint8Array,
  row: RowWriter,
): ReturnType<LineScanner['read']> {
  const text = Buffer.from(line.buffer, line.byteOffset, line.length).toString('latin1')
  for (const pattern of patterns) {
    const places = pattern.exec(text)?.indices?.groups
    if (places !== undefined) return write(groups, places, row)
  }
  return 'no-match'
}

function write(
  groups: PatternFormat['groups'],
  places: Readonly<Record<string, [number, number] | undefined>>,
  row: RowWriter,
): 'record' | RejectReason {
  for (const [name, { meaning, spelling = 'raw' }] of Object.entries(groups)) {
    const place = places[name]
    if (place === undefined || row.value(meaning, place[0], place[1], spelling)) continue
    return meaning.codec.as === 'time' ? 'bad-time' : 'bad-number'
  }
  return 'record'
}
