/**
 * Fields that a person maps to the members or columns of a source, by the names of records:
 *
 *     time=ts,client=ip,path=req.url,durationS=took
 */
import leven from 'leven'
import { FIELD } from '../columns/contract.js'
import { PosternError } from '../core/errors.js'
import { FIELD_NAMES, type FieldName, type FieldNames, type ValueMeaning } from './contract.js'
import { as, bytes, duration, text } from './meanings.js'

const MEANINGS: Readonly<Record<FieldName, ValueMeaning>> = {
  time: as({ as: 'any-time' }),
  client: as({ as: 'address' }),
  user: text(FIELD.user),
  method: as({ as: 'method' }),
  target: as({ as: 'target' }),
  path: as({ as: 'target' }),
  query: as({ as: 'query' }),
  protocol: text(FIELD.protocol),
  request: as({ as: 'request' }),
  status: as({ as: 'status' }),
  bytes: bytes(false),
  referrer: text(FIELD.referrer),
  userAgent: text(FIELD.userAgent),
  host: text(FIELD.host),
  forwarded: text(FIELD.forwarded),
  token: text(FIELD.token),
  cookies: as({ as: 'cookies' }),
  durationS: duration(1000),
  durationMs: duration(1),
  durationUs: duration(0.001),
  durationNs: duration(1e-6),
}

/**
 * Reads a map as it is typed: `time=ts,client=ip`. A comma in a member's name is written `\,`.
 *
 * @throws {ERR_OPTION_INVALID} It is no such map, or a field in it is unknown or stands twice.
 */
export function parseFields(typed: string): FieldNames {
  const fields: Partial<Record<FieldName, string>> = {}
  for (const part of typed.match(/(?:\\,|[^,])+/g) ?? []) {
    const equals = part.indexOf('=')
    const [name, member] = [part.slice(0, equals).trim(), part.slice(equals + 1).trim()]
    if (equals < 0) throw invalid(`found ${JSON.stringify(part)} among the fields, expected name=member`)
    if (Object.hasOwn(fields, name)) throw invalid(`the field ${name} stands twice`)
    const problem = fieldProblem(name, member)
    if (problem !== null) throw invalid(problem)
    fields[name as FieldName] = member.replaceAll('\\,', ',')
  }
  return fields
}

/** What is wrong with an entry of a map; null for nothing. */
export function fieldProblem(name: string, member: unknown): string | null {
  if (!Object.hasOwn(MEANINGS, name)) return `there is no field ${JSON.stringify(name)}.${nearest(name)}`
  if (typeof member === 'string' && member !== '') return null
  return `the field ${name} names no member`
}

function nearest(name: string): string {
  const [best] = FIELD_NAMES.map((known) => ({
    known,
    distance: leven(name.toLowerCase(), known.toLowerCase()),
  })).sort((a, b) => a.distance - b.distance)
  const hint = best!.distance <= Math.max(2, best!.known.length / 3) ? ` Did you mean ${best!.known}?` : ''
  return `${hint} Expected one of ${FIELD_NAMES.join(', ')}`
}

/**
 * Meanings of members with a map laid over the usual ones: what the map fills, nothing else fills, and what a member is by
 * the map, it is.
 */
export function withFields<M extends ValueMeaning>(
  usual: Readonly<Record<string, M>>,
  fields: FieldNames,
): Record<string, M | ValueMeaning> {
  const mapped = Object.entries(fields).map(
    ([name, member]) => [member, MEANINGS[name as FieldName]] as const,
  )
  const filled = new Set(mapped.map(([, meaning]) => columnOf(meaning)))
  const others = Object.entries(usual).filter(([, meaning]) => !filled.has(columnOf(meaning)))
  return Object.fromEntries<M | ValueMeaning>([...others, ...mapped])
}

/** What a meaning fills; two of the same say the same thing. */
function columnOf({ codec }: ValueMeaning): string {
  switch (codec.as) {
    case 'text':
      return `text ${codec.field}`
    case 'extra':
      return `extra ${codec.name}`
    case 'address':
    case 'endpoint':
      return `text ${FIELD.client}`
    case 'cookies':
      return `text ${FIELD.token}`
    case 'time':
    case 'any-time':
    case 'date':
    case 'clock':
      return 'time'
    case 'duration':
    case 'duration-part':
    case 'any-duration':
      return 'duration'
    case 'request':
    case 'target':
    case 'url':
      return 'request'
    default:
      return codec.as
  }
}

/** The members of which one has to be there for a line to be a record: those that the map gives, or else `usual`. */
export function neededBy(fields: FieldNames, names: readonly FieldName[], usual: string): string {
  const given = names.flatMap((name) => fields[name] ?? [])
  return given.length > 0 ? given.join('|') : usual
}

function invalid(message: string): PosternError {
  return new PosternError('ERR_OPTION_INVALID', message)
}
