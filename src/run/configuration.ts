import { basename, isAbsolute } from 'node:path'
import type { CaseFile, CaseOptions, SourceSetting } from '../case/contract.js'
import type { DataRoute, Indicator, LoginRule } from '../classify/contract.js'
import { matchSegments } from '../classify/entry-points.js'
import type { Answers, ConfigurationValue } from '../conclude/contract.js'
import { MINUTE_MS } from '../core/civil-time.js'
import { PosternError } from '../core/errors.js'
import { isZone, toIso } from '../core/times.js'
import type { PlannedDowntime } from '../coverage/contract.js'
import type { HashKind } from '../decode/hash.js'
import type { DeclaredEntryPoint, Detector, DetectorInput } from '../detect/contract.js'
import type { EvidenceInput } from '../evidence/contract.js'
import type { FieldNames, LogFormat } from '../parse/contract.js'
import { parseNetwork } from '../parse/forwarding.js'
import { fieldProblem } from '../parse/named-fields.js'

/** What may be said about how evidence is read. Every value here stands over the case file's, and that over the default. */
export interface ReadOptions {
  /** A case file's path, or the case itself. */
  readonly caseFile?: string
  readonly case?: unknown
  /** Format of all sources: an id, a pin or an nginx or Apache format string. Default: recognised by content. */
  readonly format?: string
  /** Members or columns of JSON lines, CSV and TSV by the fields that they fill: `{ time: 'ts', path: 'req.url' }`. */
  readonly fields?: FieldNames
  /**
   * A configuration of nginx or Apache: its formats are those of the logs that it names, and are tried on the others before
   * the built-in ones. A `format` stands over it.
   */
  readonly formatFrom?: string
  /** Zone of stamps that state none: IANA name or fixed offset. Default UTC, reported as an assumption. */
  readonly timezone?: string
  /** Records from this time on (inclusive): ISO 8601 or epoch milliseconds. */
  readonly since?: string | number
  /** Records before this time (exclusive). */
  readonly until?: string | number
  /** Proxies whose forwarding chain is believed: addresses, networks, `private`. */
  readonly trustedProxies?: readonly string[]
  /** How far rows may come out of order without changing any answer, milliseconds. Default 10 minutes. */
  readonly horizonMs?: number
  /** Bound of tables, blocks and caches together, MiB. Default 384; at least 16. */
  readonly memoryMb?: number
  /**
   * Threads that read and classify, beside the one that follows sessions and detects; the answers are the same with any
   * number. `auto`: up to two by the processor's cores, none for little evidence. Default 0. Records are read in one thread.
   */
  readonly workers?: number | 'auto'
  /** `ts` reads without WebAssembly, which is slower and gives the same; for comparison. Default simd. */
  readonly scanner?: 'simd' | 'ts'
  /**
   * `none` leaves out the SHA-256 of the evidence, which is some of the time; cited lines are hashed all the same. The report
   * says so. Default sha256.
   */
  readonly hash?: HashKind
  /** Formats of the caller's own, tried before the built-in ones. */
  readonly formats?: readonly LogFormat[]
  /** Stands for `-`. Default: the process's standard input. */
  readonly stdin?: AsyncIterable<Uint8Array>
  readonly signal?: AbortSignal
}

/** What may be said about an investigation. */
export interface DetectOptions<Own extends readonly Detector[] = readonly Detector[]> extends ReadOptions {
  readonly evidence: readonly EvidenceInput[]
  /** An indicator list's path, or the indicators. Added to those of the case. */
  readonly indicators?: string | readonly Indicator[]
  /** Detectors of the caller's own, beside the built-in ones. */
  readonly detectors?: Own
  /** Thresholds by detector and name. */
  readonly thresholds?: Readonly<Record<string, Readonly<Record<string, number>>>>
  /**
   * Answers of an earlier run, or the path of their `answers.json`: the report says what moved since, and why.
   */
  readonly previous?: string | Answers
  /** Quote log text as it stands, secrets and all. Default false. */
  readonly showSecrets?: boolean
}

/** All values of a run, resolved. */
export interface Configuration {
  readonly entryPoints: readonly DeclaredEntryPoint[]
  readonly logins: readonly LoginRule[]
  readonly dataRoutes: readonly DataRoute[]
  readonly indicators: readonly Indicator[]
  readonly ignorePathCase: boolean
  readonly trustedProxies: readonly string[]
  readonly format: string | null
  readonly fields: FieldNames | null
  readonly formatFrom: string | null
  readonly timezone: string | null
  readonly since: number
  readonly until: number
  readonly horizonMs: number
  /** For tables: `memoryMb` less what is in flight. */
  readonly memoryBytes: number
  readonly workers: number | 'auto'
  readonly hash: HashKind
  readonly scanner: 'simd' | 'ts'
  formatFor(names: readonly string[]): string | null
  fieldsFor(names: readonly string[]): FieldNames | null
  timezoneFor(names: readonly string[]): string | null
  /** Silences that the case declares as planned, of a source with these names. */
  plannedFor(names: readonly string[]): readonly PlannedDowntime[]
  threshold(detector: Detector, name: string): number
  /** Each value and where it came from. */
  readonly values: readonly ConfigurationValue[]
}

/** Blocks and batches of two sources, and what tables need beside themselves while they grow. */
const IN_FLIGHT_MB = 16
export const DEFAULT_MEMORY_MB = 384
const LEAST_MEMORY_MB = 16
const DEFAULT_HORIZON_MS = 10 * MINUTE_MS

/**
 * Puts options over the case over defaults.
 *
 * @param detectors  Those that thresholds may be about; null where nothing is detected, and thresholds are not looked at.
 * @throws {ERR_OPTION_INVALID} an option that makes no sense. {ERR_CASE_INVALID} the case or an indicator list.
 */
export async function resolveConfiguration(
  options: DetectOptions,
  detectors: readonly Detector[] | null,
): Promise<Configuration> {
  const caseFile = await readCase(options)
  const listed =
    typeof options.indicators === 'string'
      ? await (await import('../case/indicators.js')).loadIndicators(options.indicators)
      : (options.indicators ?? [])
  const values: ConfigurationValue[] = []
  const choose = <T>(name: keyof CaseOptions, option: T | undefined, byDefault: T): T => {
    const fromCase = caseFile?.options[name] as T | undefined
    const [value, origin] =
      option !== undefined
        ? [option, 'option']
        : fromCase !== undefined
          ? [fromCase, 'case']
          : [byDefault, 'default']
    values.push({ name, value: shownValue(name, value), origin: origin as ConfigurationValue['origin'] })
    return value as T
  }
  const timezone = choose<string | null>('timezone', options.timezone, null)
  checkZone(timezone)
  const since = choose('since', await readTime('since', options.since, timezone), Number.NEGATIVE_INFINITY)
  const until = choose('until', await readTime('until', options.until, timezone), Number.POSITIVE_INFINITY)
  if (since >= until) throw invalid('since is not before until; no record can be in between')
  const horizonMs = choose('horizonMs', options.horizonMs, DEFAULT_HORIZON_MS)
  if (!(horizonMs >= 0 && horizonMs <= 25 * MINUTE_MS))
    throw invalid('the horizon is from 0 to 25 minutes: sessions end after 30')
  const memoryMb = choose('memoryMb', options.memoryMb, DEFAULT_MEMORY_MB)
  if (!(memoryMb >= LEAST_MEMORY_MB))
    throw invalid(`memoryMb is at least ${LEAST_MEMORY_MB}, found ${memoryMb}`)
  const trustedProxies = options.trustedProxies ?? caseFile?.trustedProxies ?? []
  for (const proxy of trustedProxies) if (proxy !== 'private') parseNetwork(proxy)
  values.push({
    name: 'trustedProxies',
    value: trustedProxies,
    origin: originOf(options.trustedProxies, caseFile?.trustedProxies.length),
  })
  const thresholds =
    detectors === null
      ? new Map<string, number>()
      : resolveThresholds(detectors, options.thresholds, caseFile, values)
  const format = choose<string | null>('format', options.format, null)
  const fields = choose<FieldNames | null>('fields', options.fields, null)
  checkFields(fields)
  for (const { match, fields: own } of caseFile?.sources ?? [])
    if (own !== undefined) values.push({ name: `fields of ${match}`, value: own, origin: 'case' })
  const hash = checkHash(options.hash ?? 'sha256')
  values.push({ name: 'hash', value: hash, origin: originOf(options.hash, false) })
  const formatFrom = choose<string | null>('formatFrom', options.formatFrom, null)
  return {
    entryPoints: caseFile?.entryPoints ?? [],
    logins: caseFile?.logins ?? [],
    dataRoutes: caseFile?.dataRoutes ?? [],
    indicators: distinctIndicators(
      [...(caseFile?.indicators ?? []), ...listed],
      caseFile?.ignorePathCase ?? false,
    ),
    ignorePathCase: caseFile?.ignorePathCase ?? false,
    trustedProxies,
    format,
    fields,
    formatFrom,
    hash,
    scanner: checkScanner(options.scanner ?? 'simd'),
    timezone,
    since,
    until,
    horizonMs,
    memoryBytes: Math.max(memoryMb / 2, memoryMb - IN_FLIGHT_MB) * 1024 * 1024,
    workers: checkWorkers(options.workers ?? 0),
    // a value for one source stands over one for the run
    formatFor: (names) => settingFor(caseFile, names, 'format') ?? format,
    fieldsFor: (names) => settingFor(caseFile, names, 'fields') ?? fields,
    timezoneFor: (names) => settingFor(caseFile, names, 'timezone') ?? timezone,
    plannedFor: (names) =>
      (caseFile?.plannedDowntime ?? []).filter(
        ({ match }) => match === undefined || names.some((name) => matchesName(match, name)),
      ),
    threshold: (detector, name) =>
      thresholds.get(`${detector.id}.${name}`) ?? defaultThreshold(detector, name),
    values,
  }
}

/** Each indicator once, the first of equal ones, so that no record makes two findings of one kind, subject and scope. */
function distinctIndicators(indicators: readonly Indicator[], ignorePathCase: boolean): Indicator[] {
  const distinct = new Map<string, Indicator>()
  for (const indicator of indicators) {
    const key = `${indicator.type}:${indicator.value}`
    if (distinct.has(key)) continue
    distinct.set(
      key,
      ignorePathCase && indicator.type === 'path' ? { ...indicator, ignoreCase: true } : indicator,
    )
  }
  return [...distinct.values()]
}

async function readCase(options: ReadOptions): Promise<CaseFile | null> {
  if (options.caseFile !== undefined && options.case !== undefined)
    throw invalid('give caseFile or case, not both')
  // the readers of YAML and schemas take longer to load than all the rest; without a case they are not needed
  if (options.caseFile !== undefined) return (await import('../case/load.js')).loadCase(options.caseFile)
  return options.case === undefined ? null : (await import('../case/check.js')).checkCase(options.case, null)
}

function originOf(option: unknown, fromCase: unknown): ConfigurationValue['origin'] {
  return option !== undefined ? 'option' : fromCase ? 'case' : 'default'
}

async function readTime(
  name: string,
  value: string | number | undefined,
  zone: string | null,
): Promise<number | undefined> {
  if (value === undefined) return undefined
  const time =
    typeof value === 'number' ? value : (await import('../core/read-time.js')).parseTime(value, zone ?? 'UTC')
  if (time === null || Number.isNaN(time)) {
    throw invalid(`${name} is a time such as 2021-08-14T12:00:00Z or 2021-08-14, found "${String(value)}"`)
  }
  return time
}

function checkFields(fields: FieldNames | null): void {
  for (const [name, member] of Object.entries(fields ?? {})) {
    const problem = fieldProblem(name, member)
    if (problem !== null) throw invalid(problem)
  }
}

function checkHash(hash: HashKind): HashKind {
  if (hash === 'sha256' || hash === 'none') return hash
  throw invalid(`hash is sha256 or none, found ${String(hash)}`)
}

function checkScanner(scanner: 'simd' | 'ts'): 'simd' | 'ts' {
  if (scanner === 'simd' || scanner === 'ts') return scanner
  throw invalid(`scanner is simd or ts, found ${String(scanner)}`)
}

const MAX_WORKERS = 64

function checkWorkers(workers: number | 'auto'): number | 'auto' {
  if (workers === 'auto' || (Number.isInteger(workers) && workers >= 0 && workers <= MAX_WORKERS))
    return workers
  throw invalid(`workers is auto or a whole number from 0 to ${MAX_WORKERS}, found ${String(workers)}`)
}

function checkZone(zone: string | null): void {
  if (zone === null || isZone(zone)) return
  throw invalid(
    `unknown timezone "${zone}"; give an IANA name such as Europe/Berlin, or an offset such as +02:00`,
  )
}

function shownValue(name: string, value: unknown): unknown {
  if (name !== 'since' && name !== 'until') return value
  return Number.isFinite(value as number) ? toIso(value as number) : null
}

function resolveThresholds(
  detectors: readonly Detector[],
  option: DetectOptions['thresholds'],
  caseFile: CaseFile | null,
  values: ConfigurationValue[],
): Map<string, number> {
  const resolved = new Map<string, number>()
  for (const given of [caseFile?.thresholds ?? {}, option ?? {}]) checkThresholds(given, detectors)
  for (const detector of detectors) {
    for (const { name, default: byDefault } of detector.thresholds) {
      const fromOption = option?.[detector.id]?.[name]
      const fromCase = caseFile?.thresholds[detector.id]?.[name]
      const value = fromOption ?? fromCase ?? byDefault
      resolved.set(`${detector.id}.${name}`, value)
      values.push({
        name: `${detector.id}.${name}`,
        value,
        origin: originOf(fromOption, fromCase !== undefined),
      })
    }
  }
  return resolved
}

function checkThresholds(
  given: Readonly<Record<string, Readonly<Record<string, number>>>>,
  detectors: readonly Detector[],
): void {
  for (const [id, names] of Object.entries(given)) {
    const detector = detectors.find((it) => it.id === id)
    if (detector === undefined)
      throw invalid(
        `thresholds: there is no detector "${id}"; there are ${detectors.map((it) => it.id).join(', ')}`,
      )
    for (const [name, value] of Object.entries(names)) {
      const known = detector.thresholds.map((it) => it.name)
      if (!known.includes(name))
        throw invalid(`thresholds: ${id} has no "${name}"; it has ${known.join(', ')}`)
      if (!(value >= 0))
        throw invalid(`thresholds: ${id}.${name} is a number of at least 0, found ${String(value)}`)
    }
  }
}

function defaultThreshold(detector: Detector, name: string): number {
  const threshold = detector.thresholds.find((it) => it.name === name)
  if (threshold === undefined) throw new TypeError(`${detector.id} declares no threshold ${name}`)
  return threshold.default
}

function settingFor<Key extends 'format' | 'fields' | 'timezone'>(
  caseFile: CaseFile | null,
  names: readonly string[],
  key: Key,
): SourceSetting[Key] | undefined {
  return caseFile?.sources.find(
    (setting) => setting[key] !== undefined && names.some((name) => matchesName(setting.match, name)),
  )?.[key]
}

/** A glob over a source's name; one without `/` is matched against the last part alone. */
export function matchesName(glob: string, name: string): boolean {
  if (glob === name) return true
  const parts = (text: string) =>
    text
      .replaceAll('\\', '/')
      .split('/')
      .filter((part) => part !== '' && part !== '.')
  if (!glob.includes('/')) return matchSegments([glob], [basename(name)])
  const pattern = isAbsolute(glob) ? parts(glob) : ['**', ...parts(glob)]
  return matchSegments(pattern, parts(name))
}

/** A detector's share of the run's memory. */
export type DetectorLimits = Pick<DetectorInput, 'maxCandidates' | 'memoryBytes' | 'maxReferences'>

/** What a detector is made with. */
export function detectorInput(
  configuration: Configuration,
  detector: Detector,
  limits: DetectorLimits,
): DetectorInput {
  return {
    entryPoints: configuration.entryPoints,
    indicators: configuration.indicators,
    logins: configuration.logins,
    dataRoutes: configuration.dataRoutes,
    threshold: (name) => configuration.threshold(detector, name),
    ...limits,
  }
}

export function invalid(message: string): PosternError {
  return new PosternError('ERR_OPTION_INVALID', message)
}
