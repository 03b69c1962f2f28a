import { constants } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PosternError } from '../core/errors.js'
import type { Output, Sink, SinkFormat, SinkSettings } from '../emit/contract.js'

/** Text held back before it is written; one system call a piece. */
const PIECE_BYTES = 1 << 18

/** One output file, written as `NAME.partial` until all is done. */
class FileOutput implements Output {
  readonly path: string
  readonly #handle: FileHandle
  #held: string[] = []
  #heldBytes = 0

  constructor(path: string, handle: FileHandle) {
    this.path = path
    this.#handle = handle
  }

  async write(text: string): Promise<void> {
    this.#held.push(text)
    this.#heldBytes += text.length
    if (this.#heldBytes >= PIECE_BYTES) await this.flush()
  }

  async flush(): Promise<void> {
    const text = this.#held.join('')
    this.#held = []
    this.#heldBytes = 0
    if (text !== '') await this.#handle.writeFile(text)
  }

  async close(): Promise<void> {
    await this.#handle.close().catch(() => {})
  }
}

/** A folder of outputs: all of them appear under their names at the end, or none does. */
export class OutputFolder {
  readonly #folder: string
  readonly #outputs: FileOutput[] = []
  readonly sinks: Sink[] = []
  #finished = false
  /** The folder was made by this run. */
  #isNew = false

  private constructor(folder: string) {
    this.#folder = folder
  }

  /**
   * Makes the folder and opens a file for each sink. Call `checkFolder` first, before evidence is looked at.
   *
   * @throws {ERR_SINK_FAILED} The folder cannot be written.
   */
  static async open(
    folder: string,
    formats: readonly SinkFormat[],
    settings: SinkSettings,
  ): Promise<OutputFolder> {
    const outputs = new OutputFolder(folder)
    try {
      outputs.#isNew = await makeFolder(folder)
      for (const format of formats) {
        const path = join(folder, format.fileName)
        const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC
        const output = new FileOutput(path, await open(`${path}.partial`, flags, 0o600))
        outputs.#outputs.push(output)
        outputs.sinks.push(format.create(output, settings))
      }
    } catch (cause) {
      await outputs.abandon()
      throw sinkFailed(`cannot write to ${folder}`, cause)
    }
    return outputs
  }

  /** Runs one step of all sinks; a failure names what is partial. */
  async each(step: (sink: Sink) => Promise<void> | undefined): Promise<void> {
    try {
      for (const sink of this.sinks) await step(sink)
    } catch (cause) {
      throw await this.#fail(cause)
    }
  }

  /** Closes all files and gives them their names. */
  async finish(): Promise<void> {
    await this.each((sink) => sink.close?.())
    try {
      for (const output of this.#outputs) {
        await output.flush()
        await output.close()
      }
      for (const { path } of this.#outputs) await rename(`${path}.partial`, path)
      this.#finished = true
    } catch (cause) {
      throw await this.#fail(cause)
    }
  }

  /** Closes the files and leaves what was written as `.partial`; nothing has its name. */
  async abandon(): Promise<void> {
    if (this.#finished) return
    for (const output of this.#outputs) {
      await output.flush().catch(() => {})
      await output.close()
    }
  }

  /** Takes away the partial files: the run was refused before it wrote anything worth keeping. */
  async discard(): Promise<void> {
    await this.abandon()
    for (const { path } of this.#outputs) await rm(`${path}.partial`, { force: true })
    if (this.#isNew) await rmdir(this.#folder).catch(() => {})
  }

  async #fail(cause: unknown): Promise<PosternError> {
    await this.abandon()
    const names = this.#outputs.map(({ path }) => `${path}.partial`).join(', ')
    return sinkFailed(`writing to ${this.#folder} failed; what is there is partial: ${names}`, cause)
  }
}

/**
 * Refuses a folder that holds something.
 *
 * @param force  Write into it all the same; files of the same names are replaced at the end.
 * @throws {ERR_OUTPUT_EXISTS}
 */
export async function checkFolder(folder: string, force: boolean): Promise<void> {
  const found = await stat(folder).catch(() => null)
  if (found === null) return
  if (!found.isDirectory())
    throw new PosternError(
      'ERR_OUTPUT_EXISTS',
      `${folder} is a file; --out needs a folder that is new or empty`,
    )
  if (force || (await readdir(folder)).length === 0) return
  throw new PosternError(
    'ERR_OUTPUT_EXISTS',
    `${folder} is not empty; choose a new folder, or add --force to replace what is there`,
  )
}

/**
 * Makes a folder and those above it. Node's own recursive `mkdir` never ends where an existing folder takes no new ones
 * and says ENOENT, as /proc does.
 *
 * @returns Whether the folder is new.
 */
export async function makeFolder(folder: string): Promise<boolean> {
  const failure = await mkdir(folder).then(
    () => null,
    (cause: NodeJS.ErrnoException) => cause,
  )
  if (failure === null) return true
  if (failure.code === 'EEXIST') return false
  const above = dirname(folder)
  if (failure.code !== 'ENOENT' || (await stat(above).catch(() => null)) !== null) throw failure
  await makeFolder(above)
  return makeFolder(folder)
}

/** The system's reason goes into the message: a person needs it, and `cause` is not printed. */
export function sinkFailed(what: string, cause: unknown): PosternError {
  return new PosternError(
    'ERR_SINK_FAILED',
    `${what}: ${cause instanceof Error ? cause.message : String(cause)}`,
    { cause },
  )
}
