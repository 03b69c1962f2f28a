import * as v from 'valibot'
import { type Indicator, MAX_DATA_ROUTES, MAX_ENTRY_POINTS, MAX_LOGINS } from '../classify/contract.js'
import { closestName } from '../core/closest.js'
import { parseTime, statesZone } from '../core/read-time.js'
import { visible } from '../core/text.js'
import { isZone, parseDuration } from '../core/times.js'
import { FIELD_NAMES, type FieldName, type FieldNames } from '../parse/contract.js'
import { isAddress, isNetwork } from './addresses.js'
import { toIndicator } from './indicators.js'

/**
 * The schema of a case file. Output is resolved: times and durations are milliseconds, lists are lists.
 *
 * A message is the phrase behind `found X, expected`; messages of `rawCheck` are whole sentences (check.ts puts both
 * together).
 */

/** A mapping without keys other than these. */
function mapping<const Entries extends v.ObjectEntries>(entries: Entries) {
  const known = Object.keys(entries)
  return v.pipe(
    v.custom<object>(isMapping, 'a mapping'),
    v.looseObject(entries),
    v.rawCheck(({ dataset, addIssue }) => {
      const value: unknown = dataset.value
      if (!isMapping(value)) return
      for (const key of Object.keys(value).filter((name) => !known.includes(name)))
        addIssue({ message: unknownKey(key, known), path: [keyPath(value, key)] })
    }),
  )
}

function isMapping(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}

function keyPath(input: object, key: string | number): v.IssuePathItem {
  return {
    type: 'unknown',
    origin: 'value',
    input,
    key,
    value: (input as Record<string | number, unknown>)[key],
  }
}

function unknownKey(key: string, known: readonly string[]): string {
  const closest = closestName(key, known)
  if (closest === undefined) return `unknown key, expected one of ${known.join(', ')}`
  return `unknown key, did you mean ${closest}`
}

/** A text that `read` turns into a value; null is a refusal. */
function reading<Value>(expected: string, read: (text: string) => Value | null) {
  return v.pipe(
    v.string(expected),
    v.rawTransform<string, Value>(({ dataset, addIssue, NEVER }) => {
      const value = read(dataset.value)
      if (value !== null) return value
      addIssue({ message: expected })
      return NEVER
    }),
  )
}

/** A single value is a list of one. */
function oneOrMore<Value>(item: v.GenericSchema<unknown, Value>) {
  const one = v.pipe(
    item,
    v.transform((value): Value[] => [value]),
  )
  return v.lazy<v.GenericSchema<unknown, Value[]>>((input) => (Array.isArray(input) ? v.array(item) : one))
}

/** Refuses a value as a whole, with a sentence. A value with errors inside is not asked. */
function rule<Value>(sentence: string, holds: (value: Value) => boolean) {
  return v.rawCheck<Value>(({ dataset, addIssue }) => {
    if (dataset.typed && !holds(dataset.value)) addIssue({ message: sentence })
  })
}

const TEXT = reading('a text', (text) => (text.trim() === '' || visible(text) !== text ? null : text))

const ID = reading(
  'a text of at most 64 characters without blanks at its ends or control characters',
  (text) =>
    text !== '' && text.trim() === text && text.length <= 64 && visible(text) === text ? text : null,
)

const TIME = reading(
  'a date and time, zone required, such as 2021-08-14T12:00:00Z or 2021-08-14T14:00:00+02:00',
  (text) => (statesZone(text) ? parseTime(text) : null),
)

const DURATION = reading('a duration with its unit (ms, s, m, h, d), such as 90s, 10m or 24h', parseDuration)

const ZONE = reading('an IANA time zone such as Europe/Madrid, or an offset such as +02:00', (text) =>
  isZone(text) ? text : null,
)

/** RFC 9110, section 5.6.2: token. */
const METHOD = reading('a method such as GET', (text) =>
  /^[\w!#$%&'*+.^`|~-]+$/.test(text) ? text.toUpperCase() : null,
)

const HOST = reading('a host name or address, without scheme and port', (text) => {
  const host = text.toLowerCase()
  return /^[\p{L}\p{N}_](?:[\p{L}\p{N}._-]*)$/u.test(host) || isAddress(host.replace(/^\[(.*)\]$/, '$1'))
    ? host
    : null
})

const ROOTED = reading('a path that starts with /, without scheme and host', (text) =>
  text.startsWith('/') && !text.startsWith('//') && visible(text) === text ? text : null,
)

/** A query or fragment in a path would never match: it is no part of one. */
const PATH = v.pipe(
  ROOTED,
  v.check((path) => !path.includes('?'), 'a path without a query string; every query of the path is meant'),
  v.check((path) => !path.includes('#'), 'a path without a fragment; servers never see one'),
)

const PATTERN = v.pipe(
  PATH,
  v.check(
    (pattern) => pattern.split('/').every((segment) => /^[^{}]*$|^\{[^{}]+\}$/.test(segment)),
    'a pattern whose {names} are whole segments, such as /v1/{tenant}/export',
  ),
  v.check(
    (pattern) => pattern.split('/').every((segment) => !segment.includes('**') || segment === '**'),
    'a pattern in which ** stands alone between slashes',
  ),
)

const PERIOD = v.pipe(
  mapping({ from: TIME, to: v.optional(TIME), uncertainty: v.optional(DURATION) }),
  rule('to is not after from', ({ from, to }) => to === undefined || to > from),
)

type Period = v.InferOutput<typeof PERIOD>

const PERIODS = v.pipe(
  oneOrMore<Period>(PERIOD),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return
    const ordered = [...dataset.value.entries()].sort(([, a], [, b]) => a.from - b.from)
    ordered.forEach(([place, period], index) => {
      const before = ordered[index - 1]?.[1]
      if (before === undefined || period.from >= (before.to ?? Number.POSITIVE_INFINITY)) return
      addIssue({ message: 'overlaps another closed period', path: [keyPath(dataset.value, place)] })
    })
  }),
)

/** What names a set of requests, in entry points, logins and data routes alike. */
const REQUEST_RULE = {
  id: ID,
  path: v.optional(PATH),
  prefix: v.optional(PATH),
  pattern: v.optional(PATTERN),
  method: v.optional(oneOrMore<string>(METHOD)),
  host: v.optional(oneOrMore<string>(HOST)),
}

interface RequestPath {
  readonly path?: string | undefined
  readonly prefix?: string | undefined
  readonly pattern?: string | undefined
}

function onePathOf<Value extends RequestPath>() {
  return v.rawCheck<Value>(({ dataset, addIssue }) => {
    if (!dataset.typed) return
    const { path, prefix, pattern } = dataset.value
    const count = [path, prefix, pattern].filter((rule) => rule !== undefined).length
    if (count !== 1) addIssue({ message: `found ${count} of path, prefix and pattern, expected exactly one` })
  })
}

const ENTRY_POINT_KEYS = mapping({ ...REQUEST_RULE, closed: v.optional(PERIODS) })
const ENTRY_POINT = v.pipe(ENTRY_POINT_KEYS, onePathOf<v.InferOutput<typeof ENTRY_POINT_KEYS>>())

const STATUS = v.pipe(
  v.number('a status such as 302'),
  v.integer('a status such as 302'),
  v.minValue(100, 'a status from 100 to 599'),
  v.maxValue(599, 'a status from 100 to 599'),
)

const LOGIN_KEYS = mapping({
  ...REQUEST_RULE,
  failure: v.optional(oneOrMore<number>(STATUS)),
  success: v.optional(oneOrMore<number>(STATUS)),
})
const LOGIN = v.pipe(
  LOGIN_KEYS,
  onePathOf<v.InferOutput<typeof LOGIN_KEYS>>(),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return
    const { failure = [], success = [] } = dataset.value
    const both = failure.filter((status) => success.includes(status))
    if (both.length > 0) addIssue({ message: `status ${both[0]} stands under both failure and success` })
  }),
)

const DATA_ROUTE_KEYS = mapping(REQUEST_RULE)
const DATA_ROUTE = v.pipe(DATA_ROUTE_KEYS, onePathOf<v.InferOutput<typeof DATA_ROUTE_KEYS>>())

/** A list in which no two items have one id. `what` names the items in messages. */
function listOf<Value>(item: v.GenericSchema<unknown, Value>, what: string, most: number) {
  return v.pipe(
    v.array(item, 'a list'),
    v.rawCheck(({ dataset, addIssue }) => {
      const value: unknown = dataset.value
      if (!Array.isArray(value)) return
      if (value.length > most)
        addIssue({ message: `found ${value.length} ${what}s, expected at most ${most}` })
      const ids = value.map((entry: { id?: unknown } | null) => entry?.id)
      ids.forEach((id, index) => {
        if (id === undefined || ids.indexOf(id) === index) return
        addIssue({
          message: `another ${what} has this id`,
          path: [keyPath(value, index), keyPath(value[index], 'id')],
        })
      })
    }),
  )
}

type EntryPointKeys = v.InferOutput<typeof ENTRY_POINT>
type LoginKeys = v.InferOutput<typeof LOGIN>
type DataRouteKeys = v.InferOutput<typeof DATA_ROUTE>

const PROXY = reading('an address, a network in CIDR notation, or the word private', (text) =>
  text === 'private' || isAddress(text) || isNetwork(text) ? text : null,
)

const INDICATOR_KEYS = mapping({
  type: v.optional(v.string('a text')),
  value: v.string('a text'),
  note: v.optional(v.string('a text')),
})

type IndicatorText = string | v.InferOutput<typeof INDICATOR_KEYS>

const INDICATOR = v.pipe(
  v.lazy<v.GenericSchema<unknown, IndicatorText>>((input) =>
    typeof input === 'string' ? v.string() : INDICATOR_KEYS,
  ),
  v.rawCheck(({ dataset, addIssue }) => {
    const read = dataset.typed ? readIndicator(dataset.value) : null
    if (typeof read === 'string') addIssue({ message: read })
  }),
  v.transform((entry) => readIndicator(entry) as Indicator),
)

function readIndicator(entry: IndicatorText): Indicator | string {
  return toIndicator(typeof entry === 'string' ? { value: entry } : entry)
}

const INDICATORS = v.lazy<v.GenericSchema<unknown, string | Indicator[]>>((input) =>
  typeof input === 'string' ? TEXT : v.array(INDICATOR, 'the name of a list file, or a list'),
)

/** Members or columns of a source by the fields that they fill. */
const FIELDS = v.pipe(
  mapping(
    Object.fromEntries(FIELD_NAMES.map((name) => [name, v.optional(TEXT)])) as Record<
      FieldName,
      v.OptionalSchema<typeof TEXT, undefined>
    >,
  ),
  v.transform(
    (fields) =>
      Object.fromEntries(Object.entries(fields).filter(([, member]) => member !== undefined)) as FieldNames,
  ),
)

const SOURCE = v.pipe(
  mapping({
    match: TEXT,
    format: v.optional(TEXT),
    fields: v.optional(FIELDS),
    timezone: v.optional(ZONE),
  }),
  rule(
    'sets none of format, fields and timezone',
    ({ format, fields, timezone }) => (format ?? fields ?? timezone) !== undefined,
  ),
)

const DOWNTIME = v.pipe(
  mapping({ from: TIME, to: TIME, match: v.optional(TEXT), note: v.optional(TEXT) }),
  rule('to is not after from', ({ from, to }) => to > from),
)

const OPTIONS = v.pipe(
  mapping({
    timezone: v.optional(ZONE),
    format: v.optional(TEXT),
    fields: v.optional(FIELDS),
    formatFrom: v.optional(TEXT),
    memoryMb: v.optional(
      v.pipe(v.number('a whole number'), v.integer('a whole number'), v.minValue(1, 'at least 1')),
    ),
    since: v.optional(TIME),
    until: v.optional(TIME),
    horizon: v.optional(DURATION),
  }),
  rule('until is not after since', ({ since = -Infinity, until = Infinity }) => until > since),
)

const THRESHOLDS = v.record(
  v.string(),
  v.record(
    v.string(),
    v.pipe(v.number('a number'), v.finite('a number')),
    'a mapping of threshold names to numbers',
  ),
  'a mapping of detectors',
)

export const CASE = mapping({
  name: v.optional(TEXT),
  entryPoints: v.optional(listOf<EntryPointKeys>(ENTRY_POINT, 'entry point', MAX_ENTRY_POINTS)),
  logins: v.optional(listOf<LoginKeys>(LOGIN, 'login', MAX_LOGINS)),
  dataRoutes: v.optional(listOf<DataRouteKeys>(DATA_ROUTE, 'data route', MAX_DATA_ROUTES)),
  trustedProxies: v.optional(oneOrMore<string>(PROXY)),
  sources: v.optional(v.array(SOURCE, 'a list')),
  plannedDowntime: v.optional(oneOrMore<v.InferOutput<typeof DOWNTIME>>(DOWNTIME)),
  indicators: v.optional(INDICATORS),
  ignorePathCase: v.optional(v.boolean('true or false')),
  options: v.optional(OPTIONS),
  thresholds: v.optional(THRESHOLDS),
})

/** A case file as the schema gives it. */
export type CaseValues = v.InferOutput<typeof CASE>
