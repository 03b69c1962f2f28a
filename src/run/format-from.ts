/**
 * Formats as a server's own configuration says them, matched to the logs that it names.
 *
 *     nginx.conf:12   log_format main '...';              the format main
 *     nginx.conf:30   access_log /var/log/site.log main;   is that of site.log, site.log.1, site.log.2.gz
 *
 * A configuration is evidence too: it may be hostile or half copied. What cannot be read is said and passed over.
 */

import { readFile, realpath, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { glob, isDynamicPattern } from 'tinyglobby'
import type { NotRead } from '../evidence/find.js'
import type { LogFormat } from '../parse/contract.js'
import {
  type Directive,
  directivesOf,
  type LogName,
  logName,
  type ServerKind,
  serverKind,
  type Word,
  withoutRotation,
} from '../parse/layout/server-config.js'
import { APACHE_COMMON } from '../parse/layout/vendor-strings.js'
import { type ChosenFormat, customFormat, resolveFormat } from '../parse/resolve-format.js'
import { invalid } from './configuration.js'

/** What a configuration says of formats. */
export interface ServerFormats {
  /** Those of the logs with one of these names; none where it names no such log. */
  chosenFor(names: readonly string[]): readonly SaidFormat[]
  /** All that it defines, to try on other logs. */
  readonly all: readonly SaidFormat[]
  /** What could not be read, by `file:line`. */
  readonly notRead: readonly NotRead[]
}

/** A format and where it is defined, `httpd.conf:41`. */
export interface SaidFormat extends ChosenFormat {
  readonly origin: string
}

/** Bounds that no configuration of a server comes near. */
const MAX_DEPTH = 16
const MAX_FILES = 2000
const MAX_FILE_BYTES = 4 * 1024 * 1024

/**
 * Reads a configuration of nginx or Apache and all that it includes.
 *
 * @throws {ERR_OPTION_INVALID} The file cannot be read, or is no such configuration.
 */
export async function readServerFormats(file: string, formats: readonly LogFormat[]): Promise<ServerFormats> {
  const text = await readText(file).catch((cause: Error) => {
    throw invalid(`the configuration ${file} cannot be read: ${cause.message}`)
  })
  const kind = serverKind(text)
  if (kind === null)
    throw invalid(`${file} is no configuration of nginx or Apache: no directive of either is in it`)
  const reading = new Configuration(kind, file, formats)
  await reading.read(file, text, [await realpath(file)])
  return reading.result()
}

async function readText(file: string): Promise<string> {
  const facts = await stat(file)
  if (!facts.isFile()) throw new Error('it is no file')
  if (facts.size > MAX_FILE_BYTES) throw new Error(`it has ${facts.size} bytes, more than ${MAX_FILE_BYTES}`)
  return readFile(file, 'utf8')
}

/** A log that a directive names, and the name or string of its format. */
interface LogSaid extends LogName {
  readonly format: string
  readonly place: string
}

/** Of nginx: predefined, and that of an access_log without a format. */
const PREDEFINED = 'combined'
/** Of Apache: that of a log whose directive names none. */
const UNNAMED = ''

class Configuration {
  readonly #kind: ServerKind
  readonly #root: string
  readonly #formats: readonly LogFormat[]
  readonly #defined = new Map<string, SaidFormat>()
  readonly #logs: LogSaid[] = []
  readonly #notRead: NotRead[] = []
  readonly #seen = new Set<string>()
  #serverRoot: string | null = null

  constructor(kind: ServerKind, file: string, formats: readonly LogFormat[]) {
    this.#kind = kind
    this.#root = dirname(resolve(file))
    this.#formats = formats
    if (kind === 'apache') this.#define(UNNAMED, 'common', `LogFormat ${APACHE_COMMON}`, '')
  }

  /** @param trail  Real paths of the files on the way to this one, and its own. */
  async read(file: string, text: string, trail: readonly string[]): Promise<void> {
    this.#seen.add(trail.at(-1)!)
    for (const directive of directivesOf(this.#kind, text)) {
      const place = `${file}:${directive.line}`
      if (/^include(?:optional)?$/.test(directive.name)) await this.#include(directive, place, file, trail)
      else if (this.#kind === 'nginx') this.#nginx(directive, place)
      else this.#apache(directive, place)
    }
  }

  #nginx({ name, words }: Directive, place: string): void {
    const [first, ...rest] = words
    if (first === undefined) return
    if (name === 'log_format') {
      const escaping = rest[0]?.text.startsWith('escape=') === true ? `${rest[0].text} ` : ''
      const strings = (escaping === '' ? rest : rest.slice(1)).map((word) => word.text).join('')
      this.#define(first.text, first.text, `log_format ${first.text} ${escaping}${quoted(strings)};`, place)
    }
    if (name === 'access_log') {
      const format = rest[0]?.text
      this.#log(first, format === undefined || format.includes('=') ? PREDEFINED : format, place)
    }
  }

  #apache({ name, words }: Directive, place: string): void {
    const [first, second] = words
    if (first === undefined) return
    if (name === 'serverroot') this.#serverRoot = first.text
    if (name === 'logformat' && (second !== undefined || first.text.includes('%')))
      this.#define(second?.text ?? UNNAMED, second?.text ?? 'custom', `LogFormat ${first.raw}`, place)
    // the unnamed format that is in force here; a later one is of other logs
    if (name === 'logformat' && second === undefined && !first.text.includes('%')) {
      const named = this.#defined.get(first.text)
      if (named !== undefined) this.#defined.set(UNNAMED, named)
    }
    if (name === 'transferlog') {
      const inForce = this.#defined.get(UNNAMED)!
      this.#defined.set(place, inForce.origin === '' ? { ...inForce, origin: place } : inForce)
      this.#log(first, place, place)
    }
    if ((name === 'customlog' || name === 'globallog') && second !== undefined) {
      if (second.text.includes('%')) this.#define(place, 'custom', `LogFormat ${second.raw}`, place)
      this.#log(first, second.text.includes('%') ? place : second.text, place)
    }
  }

  #define(key: string, id: string, text: string, origin: string): void {
    try {
      this.#defined.set(key, { ...customFormat(text, id), origin })
    } catch (error) {
      this.#miss(origin, `the format cannot be read back: ${(error as Error).message}`)
    }
  }

  #log(path: Word, format: string, place: string): void {
    const name = logName(path.text)
    if (name !== null) this.#logs.push({ ...name, format, place })
  }

  #miss(name: string, reason: string): void {
    this.#notRead.push({ name, reason })
  }

  async #include(directive: Directive, place: string, file: string, trail: readonly string[]): Promise<void> {
    const pattern = directive.words[0]?.text
    if (pattern === undefined) return
    if (trail.length > MAX_DEPTH) return this.#miss(place, `include ${pattern}: nested too deeply`)
    const files = await this.#filesOf(pattern, file)
    // a pattern may well match nothing
    if (files.length === 0 && directive.name === 'include' && !isDynamicPattern(pattern))
      return this.#miss(place, `include ${pattern}: no such file`)
    for (const path of files) await this.#includeFile(path, pattern, place, trail)
  }

  async #includeFile(path: string, pattern: string, place: string, trail: readonly string[]): Promise<void> {
    try {
      const real = await realpath(path)
      if (trail.includes(real))
        return this.#miss(place, `include ${pattern}: ${path} includes itself, directly or by others`)
      if (this.#seen.has(real)) return
      if (this.#seen.size >= MAX_FILES)
        return this.#miss(place, `include ${pattern}: more than ${MAX_FILES} files`)
      await this.read(path, await readText(path), [...trail, real])
    } catch (error) {
      this.#miss(place, `include ${pattern}: ${path} cannot be read: ${(error as Error).message}`)
    }
  }

  /** The files of an include, at the first place where there are some, in the order of their names. */
  async #filesOf(pattern: string, file: string): Promise<string[]> {
    for (const candidate of this.#candidates(pattern, file)) {
      const files = await filesAt(candidate)
      if (files.length > 0) return files
    }
    return []
  }

  /**
   * Where an include may be. A configuration is often a copy: `/etc/nginx/conf.d/*.conf` then stands below the folder that
   * the copy was made to, or beside the file. The machine's own files are looked at only where the configuration is one.
   */
  #candidates(pattern: string, file: string): string[] {
    if (!isAbsolute(pattern)) {
      const roots = this.#serverRoot === null ? [] : this.#copiesOf(join(this.#serverRoot, pattern))
      return [join(this.#root, pattern), ...roots, join(dirname(resolve(file)), pattern)]
    }
    return this.#copiesOf(pattern)
  }

  #copiesOf(path: string): string[] {
    const segments = path.split('/').filter((segment) => segment !== '')
    const places: string[] = []
    for (let folder = this.#root; folder !== dirname(folder); folder = dirname(folder))
      places.push(join(folder, path))
    const isOwn = resolve('/', segments[0] ?? '') === resolve('/', this.#root.split('/')[1] ?? '')
    if (isOwn) places.push(path)
    for (let from = 1; from < segments.length; from++) places.push(join(this.#root, ...segments.slice(from)))
    return places
  }

  result(): ServerFormats {
    const logs = this.#logs.flatMap((log) => {
      const format = this.#resolve(log)
      return format === null ? [] : [{ base: log.base, format }]
    })
    const all = distinct(
      [...this.#defined.entries()].filter(([key]) => key !== UNNAMED).map(([, said]) => said),
    )
    return {
      all,
      notRead: this.#notRead,
      chosenFor: (names) => {
        const bases = names.map((name) => withoutRotation(basename(name.replaceAll('\\', '/'))))
        const exact = logs.filter(({ base }) => typeof base === 'string' && bases.includes(base))
        const alike = logs.filter(
          ({ base }) => typeof base !== 'string' && bases.some((name) => base.test(name)),
        )
        return distinct((exact.length > 0 ? exact : alike).map(({ format }) => format))
      },
    }
  }

  #resolve({ format, place }: LogSaid): SaidFormat | null {
    const defined = this.#defined.get(format)
    if (defined !== undefined) return defined
    if (this.#kind === 'nginx' && format === PREDEFINED)
      return { ...resolveFormat('nginx-combined', this.#formats), origin: place }
    this.#miss(place, `no directive that could be read defines the format ${format}`)
    return null
  }
}

/** As one word of a configuration. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t')}"`
}

/** Each format once, however often it is defined. */
function distinct(said: readonly SaidFormat[]): SaidFormat[] {
  const byText = new Map<string, SaidFormat>()
  for (const one of said) {
    const key = `${one.format.id} ${one.format.example}`
    if (!byText.has(key)) byText.set(key, one)
  }
  return [...byText.values()]
}

/** The file, all files of a folder, or those that a pattern matches. */
async function filesAt(path: string): Promise<string[]> {
  const facts = await stat(path).catch(() => null)
  if (facts?.isFile()) return [path]
  if (facts !== null && !facts.isDirectory()) return []
  if (facts === null && !isDynamicPattern(path)) return []
  const found = await glob(facts === null ? path : '**/*', {
    absolute: true,
    followSymbolicLinks: true,
    ...(facts === null ? {} : { cwd: path }),
  })
  return found.sort()
}
