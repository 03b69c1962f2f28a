import type { Stats } from 'node:fs'
import { lstat, realpath, stat } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import { PosternError } from '../core/errors.js'
import type { EvidenceInput, Source } from './contract.js'
import { listFolder } from './folder.js'
import { deviceSource, fileSource, streamSource } from './source.js'

export interface FindOptions {
  /** What `-` stands for; the process's standard input by default. */
  readonly stdin?: AsyncIterable<Uint8Array>
}

/** Something that was found and is no evidence that can be read, with the reason in plain words. */
export interface NotRead {
  readonly name: string
  readonly reason: string
}

export interface Found {
  /** Each file once, however often it was reached; in the order in which it was reached first. */
  readonly sources: readonly Source[]
  readonly notRead: readonly NotRead[]
}

/**
 * Finds the evidence behind what was handed in, and reads none of it.
 *
 * - a path: a file; a folder, with all files below it in the order of their paths, hidden ones left out;
 * - a pipe or device that is named: a stream; met in a folder it is left out and stands in `notRead`;
 * - a glob, tried where nothing has that very name; a folder that it matches is taken with all below it;
 * - `-`: standard input;
 * - a stream of bytes, bare or as `{ name, bytes }`.
 *
 * A file that cannot be opened is no error here: it fails, as a fault, when it is read.
 *
 * @throws ERR_EVIDENCE_MISSING where a name leads to nothing, or to a folder or glob without a file.
 * @throws ERR_OPTION_INVALID where an input is none of the above.
 */
export async function findSources(
  inputs: readonly EvidenceInput[],
  options: FindOptions = {},
): Promise<Found> {
  if (inputs.length === 0) {
    throw new PosternError(
      'ERR_OPTION_INVALID',
      'no evidence was given; name at least one file, folder, glob or - for standard input',
    )
  }
  const search = new Search(options)
  for (const input of inputs) await search.add(input)
  return search.found()
}

class Search {
  /** By real path for files, by the object for streams. */
  readonly #sources = new Map<unknown, Source>()
  readonly #notRead = new Map<string, NotRead>()
  readonly #options: FindOptions
  #nameless = 0

  constructor(options: FindOptions) {
    this.#options = options
  }

  found(): Found {
    // A pipe that was met in a folder and is named as well is read.
    const notRead = [...this.#notRead].filter(([path]) => !this.#sources.has(path)).map(([, note]) => note)
    return { sources: [...this.#sources.values()], notRead }
  }

  async add(input: EvidenceInput): Promise<void> {
    if (typeof input === 'string') await this.#addName(input)
    else this.#addStream(input)
  }

  async #addName(name: string): Promise<void> {
    if (name === '') throw invalidInput('an empty string')
    if (name === '-') return this.#addStandardInput()
    const stats = await statOrNull(name)
    if (stats === null) await this.#addGlob(name)
    else if (stats.isDirectory()) await this.#addFolder(name)
    else await this.#addNamedFile(name, stats)
  }

  async #addNamedFile(name: string, stats: Stats): Promise<void> {
    // What is behind /dev/fd may have no path of its own: a pipe, or a file that was removed.
    const path = await realpath(name).catch(() => name)
    if (stats.isFile()) this.#keep(path, () => fileSource(name, path, stats.size))
    else this.#keep(path, () => deviceSource(name, name))
  }

  async #addFolder(name: string): Promise<void> {
    const listing = await listFolder(name).catch((cause: unknown) => {
      throw new PosternError(
        'ERR_EVIDENCE_MISSING',
        `${name}: the folder cannot be listed; check its permissions`,
        { cause },
      )
    })
    for (const note of listing.unlisted) this.#notRead.set(note.name, note)
    if ((await this.#addMet(listing.paths)) === 0) {
      throw new PosternError(
        'ERR_EVIDENCE_MISSING',
        `${name}: the folder holds no file that can be read; hidden files are left out, name them to read them`,
      )
    }
  }

  async #addGlob(pattern: string): Promise<void> {
    if (await isBrokenLink(pattern)) {
      throw new PosternError(
        'ERR_EVIDENCE_MISSING',
        `${pattern}: the link leads to nothing; restore its target or leave it out`,
      )
    }
    const { glob, isDynamicPattern } = await import('tinyglobby')
    if (!isDynamicPattern(pattern)) {
      throw new PosternError(
        'ERR_EVIDENCE_MISSING',
        `${pattern}: no such file or folder; check the name or leave it out`,
      )
    }
    const paths = await glob(pattern, { absolute: isAbsolute(pattern), followSymbolicLinks: false })
    if ((await this.#addMet(paths)) === 0) {
      throw new PosternError(
        'ERR_EVIDENCE_MISSING',
        `${pattern}: no file has that name and, as a glob, it matches none; check the pattern or leave it out`,
      )
    }
  }

  /** Takes what a folder or glob gave. Returns how many of them are files. */
  async #addMet(paths: readonly string[]): Promise<number> {
    let files = 0
    for (const path of [...paths].sort(byCodeUnit)) {
      if (await this.#addMetFile(path)) files++
    }
    return files
  }

  async #addMetFile(name: string): Promise<boolean> {
    const stats = await statOrNull(name).catch(() => null)
    if (stats === null) {
      this.#notRead.set(name, { name, reason: 'a link that leads to nothing, or a file that vanished' })
      return false
    }
    const path = await realpath(name).catch(() => name)
    if (stats.isFile()) {
      this.#keep(path, () => fileSource(name, path, stats.size))
      return true
    }
    if (!this.#notRead.has(path)) this.#notRead.set(path, { name, reason: reasonNotRead(stats) })
    return false
  }

  #addStandardInput(): void {
    const stdin = this.#options.stdin
    this.#keep('-', () => streamSource('-', 'stdin', () => stdin ?? process.stdin))
  }

  #addStream(input: Exclude<EvidenceInput, string>): void {
    if (isAsyncIterable(input)) {
      this.#keep(input, () => streamSource(`stream ${++this.#nameless}`, 'stream', () => input))
      return
    }
    const { name, bytes } = (input ?? {}) as { name?: unknown; bytes?: unknown }
    if (typeof name !== 'string' || name === '' || !isAsyncIterable(bytes))
      throw invalidInput(describe(input))
    this.#keep(bytes, () => streamSource(name, 'stream', () => bytes))
  }

  #keep(key: unknown, make: () => Source): void {
    if (!this.#sources.has(key)) this.#sources.set(key, make())
  }
}

/** Null where nothing has that name. A path through a file (`a.log/`) leads to nothing as well. */
async function statOrNull(path: string): Promise<Stats | null> {
  try {
    return await stat(path)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG' || code === 'ELOOP') return null
    throw new PosternError(
      'ERR_EVIDENCE_MISSING',
      `${path}: cannot be looked at (${code}); check the permissions of its folders`,
      {
        cause: error,
      },
    )
  }
}

async function isBrokenLink(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => null)
  return stats?.isSymbolicLink() ?? false
}

function reasonNotRead(stats: Stats): string {
  if (stats.isDirectory()) return 'a link to a folder; name the folder itself to read it'
  if (stats.isFIFO()) return 'a named pipe; name it itself to read it'
  if (stats.isSocket()) return 'a socket'
  return 'a device; name it itself to read it'
}

function isAsyncIterable(value: unknown): value is AsyncIterable<Uint8Array> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

function describe(value: unknown): string {
  if (value === null) return 'null'
  if (value instanceof Uint8Array) return 'an array of bytes'
  return typeof value === 'object'
    ? 'an object that is neither a stream nor { name, bytes }'
    : `a ${typeof value}`
}

function invalidInput(found: string): PosternError {
  return new PosternError(
    'ERR_OPTION_INVALID',
    `evidence is a path, a folder, a glob, - or a stream of bytes, as itself or as { name, bytes }; this is ${found}`,
  )
}

/** Not by locale: the order must be the same on every machine. */
function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
