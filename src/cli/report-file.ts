import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { PosternError } from '../core/errors.js'
import type { Output } from '../index.js'

/** Text held back before it is written. */
const PIECE = 1 << 18

/**
 * One file beside the output folder: opened before anything is read, so that a path that cannot be written is known at once;
 * under NAME.partial until it is whole. A pipe or device is written as it is.
 */
export class ReportFile implements Output {
  readonly #path: string
  readonly #written: string
  readonly #handle: FileHandle
  #held: string[] = []
  #heldLength = 0

  private constructor(path: string, written: string, handle: FileHandle) {
    this.#path = path
    this.#written = written
    this.#handle = handle
  }

  /** @throws {ERR_OPTION_INVALID} where it cannot be written. */
  static async open(path: string): Promise<ReportFile> {
    const found = await stat(path).catch(() => null)
    const written = found !== null && !found.isFile() ? path : `${path}.partial`
    try {
      return new ReportFile(path, written, await open(written, 'w', 0o600))
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new PosternError('ERR_OPTION_INVALID', `cannot write ${path}: ${reason}`, { cause })
    }
  }

  async write(text: string): Promise<void> {
    this.#held.push(text)
    this.#heldLength += text.length
    if (this.#heldLength >= PIECE) await this.#flush()
  }

  async #flush(): Promise<void> {
    const text = this.#held.join('')
    this.#held = []
    this.#heldLength = 0
    try {
      if (text !== '') await this.#handle.writeFile(text)
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      const message = `cannot write ${this.#path}; what is in ${this.#written} is partial: ${reason}`
      throw new PosternError('ERR_SINK_FAILED', message, { cause })
    }
  }

  /** Gives the file its name. */
  async finish(): Promise<void> {
    await this.#flush()
    await this.#handle.close()
    if (this.#written !== this.#path) await rename(this.#written, this.#path)
  }

  /** The run came to nothing: no trace is left. */
  async discard(): Promise<void> {
    await this.#handle.close().catch(() => {})
    if (this.#written !== this.#path) await rm(this.#written, { force: true })
  }
}
