import { FIELD } from '../../columns/contract.js'
import { PosternError } from '../../core/errors.js'
import type { Codec, Layout, LayoutField } from '../contract.js'
import { SESSION_COOKIE_RANK } from './headers.js'
import { compileStrftime, saysWhen } from './time-pattern.js'

/** A format string taken apart: text that is written as it stands, and fields. */
export type Part = LiteralPart | FieldPart

export interface LiteralPart {
  readonly kind: 'literal'
  readonly text: string
}

export interface FieldPart {
  readonly kind: 'field'
  readonly codec: Codec
  /** As written in the format string, for messages: `$status`, `%>s`. */
  readonly written: string
  /** Its name as an extra, for when another field keeps the column. */
  readonly name: string
  /** Index of its first character in the format string. */
  readonly at: number
  /** Of two fields for one column the lower rank keeps it; equal ranks: the first. */
  readonly rank: number
}

export type TextSpelling = NonNullable<Layout['spelling']>

/** Rank of a target that holds its query, so that a query beside it says nothing new. */
export const WHOLE_TARGET = 0

export function invalidFormat(message: string): PosternError {
  return new PosternError('ERR_OPTION_INVALID', message)
}

/**
 * Makes a layout of the parts of a format string.
 *
 * Each column goes to one field; the others that would fill it become extras under their own names.
 *
 * @param spelling  How the server spells texts; default: with its own escapes.
 * @throws {ERR_OPTION_INVALID} Two fields touch, or the line would have no time or nothing of a request.
 */
export function assembleLayout(
  id: string,
  parts: readonly Part[],
  spelling: TextSpelling = 'escaped',
): Layout {
  let fields = joinLiterals(parts)
  fields = joinTimes(fields)
  fields = joinTargets(fields)
  refuseTouching(fields)
  fields = joinRequests(fields)
  fields = splitBareRequests(fields)
  fields = settleColumns(promoteChain(fields))
  requireTimeAndRequest(fields)
  const layout = toLayout(id, nameExtrasOnce(fields))
  return spelling === 'escaped' ? layout : { ...layout, spelling }
}

function literal(text: string): LiteralPart {
  return { kind: 'literal', text }
}

function joinLiterals(parts: readonly Part[]): Part[] {
  const joined: Part[] = []
  for (const part of parts) {
    const last = joined.at(-1)
    if (part.kind === 'literal' && last?.kind === 'literal')
      joined[joined.length - 1] = literal(last.text + part.text)
    else if (part.kind === 'field' || part.text !== '') joined.push(part)
  }
  const tail = joined.at(-1)
  if (tail?.kind === 'literal' && tail.text.endsWith('\n'))
    joined[joined.length - 1] = literal(tail.text.trimEnd())
  const broken = joined.find((part) => part.kind === 'literal' && part.text.includes('\n'))
  if (broken !== undefined)
    throw invalidFormat('the format string has a line break in it; a record must be one line')
  return joined.filter((part) => part.kind === 'field' || part.text !== '')
}

/**
 * One time in several directives is one field.
 *
 *     %{%d/%b/%Y %T}t.%{msec_frac}t %{%z}t     becomes     %d/%b/%Y %T.%f %z
 */
function joinTimes(parts: readonly Part[]): Part[] {
  const joined: Part[] = []
  for (const part of parts) {
    const first = pattern(joined.at(-2))
    const between = joined.at(-1)
    const touching = pattern(joined.at(-1))
    const next = pattern(part)
    if (next !== null && touching !== null) {
      joined.splice(-1, 1, joinPatterns(joined.at(-1) as FieldPart, '', part as FieldPart))
    } else if (
      next !== null &&
      first !== null &&
      between?.kind === 'literal' &&
      !(saysWhen(first) && saysWhen(next))
    ) {
      joined.splice(-2, 2, joinPatterns(joined.at(-2) as FieldPart, between.text, part as FieldPart))
    } else joined.push(part)
  }
  return joined
}

function pattern(part: Part | undefined): string | null {
  if (part?.kind !== 'field' || part.codec.as !== 'time' || part.codec.time.kind !== 'strftime') return null
  return part.codec.time.format
}

function joinPatterns(left: FieldPart, between: string, right: FieldPart): FieldPart {
  const format = pattern(left) + between.replaceAll('%', '%%') + pattern(right)
  return {
    ...left,
    codec: { as: 'time', time: { kind: 'strftime', format } },
    written: left.written + between + right.written,
  }
}

/** `%U%q`, or path, `?` or nothing, and query: one target. */
function joinTargets(parts: readonly Part[]): Part[] {
  const joined: Part[] = []
  for (const part of parts) {
    const last = joined.at(-1)
    if (
      part.kind === 'field' &&
      part.codec.as === 'query' &&
      last?.kind === 'field' &&
      last.codec.as === 'target'
    ) {
      joined[joined.length - 1] = { ...last, written: last.written + part.written, rank: WHOLE_TARGET }
    } else joined.push(part)
  }
  return joined
}

function refuseTouching(parts: readonly Part[]): void {
  for (let i = 1; i < parts.length; i++) {
    const [left, right] = [parts[i - 1]!, parts[i]!]
    if (left.kind !== 'field' || right.kind !== 'field') continue
    throw invalidFormat(
      `${left.written} and ${right.written} have no text between them (character ${right.at + 1} of the format string), ` +
        'so where one ends cannot be told',
    )
  }
}

function isQuoted(parts: readonly Part[], from: number, to: number): boolean {
  const [before, after] = [parts[from - 1], parts[to + 1]]
  return (
    before?.kind === 'literal' &&
    after?.kind === 'literal' &&
    before.text.endsWith('"') &&
    after.text.startsWith('"')
  )
}

/** `"$request_method $request_uri $server_protocol"` is a request line, and is split like one. */
function joinRequests(parts: readonly Part[]): Part[] {
  const joined: Part[] = []
  for (let i = 0; i < parts.length; i++) {
    const request = isQuoted(parts, i, i + 4) ? requestOf(parts.slice(i, i + 5)) : null
    joined.push(request ?? parts[i]!)
    if (request !== null) i += 4
  }
  return joined
}

function requestOf(five: readonly Part[]): FieldPart | null {
  const [method, blank, target, gap, protocol] = five
  if (method?.kind !== 'field' || target?.kind !== 'field' || protocol?.kind !== 'field') return null
  if (blank?.kind !== 'literal' || blank.text !== ' ' || gap?.kind !== 'literal' || gap.text !== ' ')
    return null
  if (method.codec.as !== 'method' || target.codec.as !== 'target') return null
  if (protocol.codec.as !== 'text' || protocol.codec.field !== FIELD.protocol) return null
  return {
    ...method,
    codec: { as: 'request' },
    written: `${method.written} ${target.written} ${protocol.written}`,
    name: 'request',
  }
}

/** A request line without quotes has blanks where its surroundings have them too: it is three fields. */
function splitBareRequests(parts: readonly Part[]): Part[] {
  return parts.flatMap((part, i): Part[] => {
    const after = parts[i + 1]
    if (part.kind !== 'field' || part.codec.as !== 'request') return [part]
    if (after?.kind !== 'literal' || !after.text.startsWith(' ') || isQuoted(parts, i, i)) return [part]
    return [
      { ...part, codec: { as: 'method' }, name: 'request_method' },
      literal(' '),
      { ...part, codec: { as: 'target' }, name: 'request_uri', rank: WHOLE_TARGET },
      literal(' '),
      { ...part, codec: { as: 'text', field: FIELD.protocol }, name: 'server_protocol' },
    ]
  })
}

function fillsText(part: Part, field: number): part is FieldPart {
  return part.kind === 'field' && part.codec.as === 'text' && part.codec.field === field
}

/** A forwarding chain in the place of the client, with no other client in the line, is the client. */
function promoteChain(parts: readonly Part[]): Part[] {
  if (parts.some((part) => fillsText(part, FIELD.client))) return [...parts]
  const first = parts.findIndex((part) => part.kind === 'field')
  return parts.map((part, i) =>
    i === first && fillsText(part, FIELD.forwarded)
      ? { ...part, codec: { as: 'text', field: FIELD.client } }
      : part,
  )
}

/** The column that a codec fills; null for extras and what is read and dropped. */
function columnOf(codec: Codec): string | null {
  if (codec.as === 'extra' || codec.as === 'skip') return null
  return codec.as === 'text' ? `text ${codec.field}` : codec.as
}

const PARTS_OF_A_REQUEST: readonly string[] = ['method', 'target', 'query', `text ${FIELD.protocol}`]

function settleColumns(parts: readonly Part[]): Part[] {
  const owners = new Map<string, FieldPart>()
  for (const part of parts) {
    const column = part.kind === 'field' && isUsableTime(part.codec) ? columnOf(part.codec) : null
    if (part.kind !== 'field' || column === null) continue
    const owner = owners.get(column)
    if (owner === undefined || part.rank < owner.rank) owners.set(column, part)
  }
  if (owners.has('request')) for (const column of PARTS_OF_A_REQUEST) owners.delete(column)
  if (owners.get('target')?.rank === WHOLE_TARGET) owners.delete('query')
  const hasSession = owners.get(`text ${FIELD.token}`)?.rank === SESSION_COOKIE_RANK
  return parts.map((part) => {
    if (hasSession && part.kind === 'field' && holdsCookies(part.codec)) return asExtra(part)
    const column = part.kind === 'field' ? columnOf(part.codec) : null
    if (part.kind !== 'field' || column === null || owners.get(column) === part) return part
    return asExtra(part)
  })
}

function asExtra(part: FieldPart): FieldPart {
  return { ...part, codec: { as: 'extra', name: part.name } }
}

function holdsCookies(codec: Codec): boolean {
  return codec.as === 'extra' && codec.holds === 'cookies'
}

/** A clock time without a date, or a date alone, is no time of a record. */
function isUsableTime(codec: Codec): boolean {
  return codec.as !== 'time' || codec.time.kind !== 'strftime' || saysWhen(codec.time.format)
}

function requireTimeAndRequest(parts: readonly Part[]): void {
  const filled = new Set(parts.map((part) => (part.kind === 'field' ? part.codec.as : null)))
  if (!filled.has('time')) {
    throw invalidFormat(
      'the format string has no time of day with a date (nginx: $time_local, $time_iso8601 or $msec; Apache: %t); ' +
        'records without a time cannot be investigated',
    )
  }
  if (!filled.has('request') && !filled.has('target') && !filled.has('method')) {
    throw invalidFormat(
      'the format string has nothing of a request (nginx: $request, or $request_method and $request_uri; ' +
        'Apache: %r, or %m and %U)',
    )
  }
}

/** A variable that stands twice is kept once. */
function nameExtrasOnce(parts: readonly Part[]): Part[] {
  const seen = new Set<string>()
  return parts.map((part) => {
    if (part.kind !== 'field' || part.codec.as !== 'extra') return part
    if (seen.has(part.codec.name)) return { ...part, codec: { as: 'skip' } }
    seen.add(part.codec.name)
    return part
  })
}

function toLayout(id: string, parts: readonly Part[]): Layout {
  const first = parts[0]
  const fields: LayoutField[] = []
  for (let i = 0; i < parts.length; i++) {
    const [part, after] = [parts[i]!, parts[i + 1]]
    if (part.kind !== 'field') continue
    if (part.codec.as === 'time' && part.codec.time.kind === 'strftime')
      compileStrftime(part.codec.time.format)
    fields.push({
      codec: part.codec,
      until: after?.kind === 'literal' ? after.text : '',
      quoted: isQuoted(parts, i, i),
    })
  }
  return { id, lead: first?.kind === 'literal' ? first.text : '', fields }
}
