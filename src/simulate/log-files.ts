import { once } from 'node:events'
import { constants } from 'node:fs'
import { type FileHandle, open, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip, type Gzip } from 'node:zlib'
import { makeFolder } from '../run/outputs.js'

/** Flags of a file that is written anew. */
const ANEW = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC

/** One file on its way, named `NAME.partial`. */
interface GrowingFile {
  readonly path: string
  write(bytes: Uint8Array): Promise<void>
  close(): Promise<void>
}

/** The files of one simulation: all of them get their names at the end, or none does. */
export class LogFiles {
  readonly #folder: string
  readonly #gzip: boolean
  readonly #files = new Map<string, GrowingFile>()

  constructor(folder: string, gzip: boolean) {
    this.#folder = folder
    this.#gzip = gzip
  }

  /** Paths of what is partial now. */
  get partial(): string[] {
    return [...this.#files.values()].map(({ path }) => `${path}.partial`)
  }

  /** Adds to a log, by its name; makes it when it is new. */
  async append(name: string, bytes: Uint8Array): Promise<void> {
    const file = this.#files.get(name) ?? (await this.#create(name, this.#gzip))
    await file.write(bytes)
  }

  /** Writes a text beside the logs, as it is. */
  async text(name: string, text: string): Promise<string> {
    const file = await this.#create(name, false)
    await file.write(Buffer.from(text))
    return file.path
  }

  /** Closes all files and gives them their names. */
  async finish(): Promise<void> {
    for (const file of this.#files.values()) await file.close()
    for (const { path } of this.#files.values()) await rename(`${path}.partial`, path)
  }

  /** Closes all files and leaves them partial. */
  async abandon(): Promise<void> {
    for (const file of this.#files.values()) await file.close().catch(() => {})
  }

  /** Where a log of this name stands. */
  pathOf(name: string): string {
    return join(this.#folder, this.#gzip ? `${name}.gz` : name)
  }

  async #create(name: string, gzip: boolean): Promise<GrowingFile> {
    const path = gzip ? this.pathOf(name) : join(this.#folder, name)
    await makeFolder(dirname(path))
    const handle = await open(`${path}.partial`, ANEW, 0o644)
    const file = gzip ? new GzipFile(path, handle) : new PlainFile(path, handle)
    this.#files.set(name, file)
    return file
  }
}

/** Pieces that wait to be written while the next are made. */
const PIECES_BEHIND = 8

/** Writes in order, and lets the maker run ahead by some pieces: a disk does not take all of them equally fast. */
class PlainFile implements GrowingFile {
  readonly path: string
  readonly #handle: FileHandle
  /** One promise a piece; each is done after those before it. */
  readonly #behind: Promise<void>[] = []

  constructor(path: string, handle: FileHandle) {
    this.path = path
    this.#handle = handle
  }

  async write(bytes: Uint8Array): Promise<void> {
    const before = this.#behind.at(-1) ?? Promise.resolve()
    const writing = before.then(() => this.#handle.writeFile(bytes))
    // a failure is told by the write that waits for it, or by close
    writing.catch(() => {})
    this.#behind.push(writing)
    if (this.#behind.length > PIECES_BEHIND) await this.#behind.shift()
  }

  async close(): Promise<void> {
    await Promise.all(this.#behind).finally(() => this.#handle.close())
  }
}

class GzipFile implements GrowingFile {
  readonly path: string
  readonly #gzip: Gzip = createGzip()
  readonly #done: Promise<void>

  constructor(path: string, handle: FileHandle) {
    this.path = path
    this.#done = pipeline(this.#gzip, handle.createWriteStream())
    this.#done.catch(() => {})
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (!this.#gzip.write(bytes)) await Promise.race([once(this.#gzip, 'drain'), this.#done])
  }

  async close(): Promise<void> {
    this.#gzip.end()
    await this.#done
  }
}
