import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { PosternError } from '../core/errors.js'
import type { Output } from '../index.js'

/** Text held back before it is written. */
const PIECE = 1 << 18

/**
 * One file beside the output folder. Whether it can be written is tried before anything is read, and leaves nothing behind: the file may stand in a
 * folder of evidence. It is under NAME.partial until it is whole; a pipe or device is written as it is.
 */
export class ReportFile implements Output {
  readonly #path: string
  readonly #written: string
  #handle: FileHandle | null = null
  #held: string[] = []
  #heldLength = 0

  private constructor(path: string, written: string) {
    this.#path = path
    this.#written = written
  }

  /** @throws {ERR_OPTION_INVALID} where it cannot be written. */
  static async tryOut(path: string): Promise<ReportFile> {
    const found = await stat(path).catch(() => null)
    if (found?.isDirectory())
      throw new PosternError('ERR_OPTION_INVALID', `cannot write ${path}: it is a folder`)
    if (found !== null && !found.isFile()) return new ReportFile(path, path)
    const written = `${path}.partial`
    try {
      await (await open(written, 'w', 0o600)).close()
      await rm(written)
    } catch (cause) {
      throw new PosternError('ERR_OPTION_INVALID', `cannot write ${path}: ${reasonOf(cause)}`, { cause })
    }
    return new ReportFile(path, written)
  }

  async write(text: string): Promise<void> {
    this.#held.push(text)
    this.#heldLength += text.length
    if (this.#heldLength >= PIECE) await this.#step(() => this.#flush())
  }

  async #flush(): Promise<void> {
    this.#handle ??= await open(this.#written, 'w', 0o600)
    const text = this.#held.join('')
    this.#held = []
    this.#heldLength = 0
    if (text !== '') await this.#handle.writeFile(text)
  }

  /** Gives the file its name. */
  async finish(): Promise<void> {
    await this.#step(async () => {
      await this.#flush()
      await this.#handle?.close()
      if (this.#written !== this.#path) await rename(this.#written, this.#path)
    })
  }

  async #step(action: () => Promise<void>): Promise<void> {
    try {
      await action()
    } catch (cause) {
      await this.#handle?.close().catch(() => {})
      const message = `cannot write ${this.#path}; what is in ${this.#written} is partial: ${reasonOf(cause)}`
      throw new PosternError('ERR_SINK_FAILED', message, { cause })
    }
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
