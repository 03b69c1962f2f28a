import { type FileHandle, open, rename } from 'node:fs/promises'
import { PosternError, type Reject, safeJson } from '../index.js'

/** Rejects as JSON lines, under NAME.partial until all are written. */
export class RejectFile {
  readonly #path: string
  #handle: FileHandle | null = null

  constructor(path: string) {
    this.#path = path
  }

  async write(rejects: readonly Reject[]): Promise<void> {
    await this.#step(async () => {
      this.#handle ??= await open(`${this.#path}.partial`, 'w', 0o600)
      await this.#handle.writeFile(rejects.map((reject) => `${safeJson(reject)}\n`).join(''))
    })
  }

  /** Gives the file its name; without rejects it is empty. */
  async finish(): Promise<void> {
    await this.write([])
    await this.#step(async () => {
      await this.close()
      await rename(`${this.#path}.partial`, this.#path)
    })
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
      throw new PosternError(
        'ERR_SINK_FAILED',
        `cannot write ${this.#path}; what is there is partial: ${reason}`,
        { cause },
      )
    }
  }
}
