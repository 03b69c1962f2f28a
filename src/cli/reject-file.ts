import { type FileHandle, open, rename, stat } from 'node:fs/promises'
import { PosternError } from '../core/errors.js'
import type { Reject } from '../index.js'

/** Rejects as JSON lines, under NAME.partial until all are written; a pipe or device is written as it is. */
export class RejectFile {
  readonly #path: string
  /** Where the lines go until all are written. */
  #written: string
  #handle: FileHandle | null = null

  constructor(path: string) {
    this.#path = path
    this.#written = `${path}.partial`
  }

  async write(rejects: readonly Reject[]): Promise<void> {
    const { safeJson } = await import('../index.js')
    await this.#step(async () => {
      this.#handle ??= await this.#open()
      await this.#handle.writeFile(rejects.map((reject) => `${safeJson(reject)}\n`).join(''))
    })
  }

  /** Gives the file its name; without rejects it is empty. */
  async finish(): Promise<void> {
    await this.write([])
    await this.#step(async () => {
      await this.close()
      if (this.#written !== this.#path) await rename(this.#written, this.#path)
    })
  }

  async #open(): Promise<FileHandle> {
    const found = await stat(this.#path).catch(() => null)
    if (found !== null && !found.isFile()) this.#written = this.#path
    return open(this.#written, 'w', 0o600)
  }

  async close(): Promise<void> {
    await this.#handle?.close()
    this.#handle = null
  }

  async #step(action: () => Promise<void>): Promise<void> {
    try {
      await action()
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      const partial = this.#handle === null ? '' : `; what is in ${this.#written} is partial`
      throw new PosternError('ERR_SINK_FAILED', `cannot write ${this.#path}${partial}: ${reason}`, { cause })
    }
  }
}
