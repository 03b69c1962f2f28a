import type { SingleBar } from 'cli-progress'
import { formatBytes, formatCount } from '../core/times.js'
import type { Progress } from '../index.js'

/** Redraws a second. */
const FPS = 5

/** A progress line on standard error: bytes, rate, time left. Nothing where that is no terminal, or with --quiet. */
export class ProgressLine {
  readonly #bar: SingleBar | null
  #started = false

  private constructor(bar: SingleBar | null) {
    this.#bar = bar
  }

  static async open(quiet: boolean): Promise<ProgressLine> {
    if (quiet || process.stderr.isTTY !== true) return new ProgressLine(null)
    const { SingleBar } = await import('cli-progress')
    const bar = new SingleBar({
      stream: process.stderr,
      fps: FPS,
      clearOnComplete: true,
      hideCursor: true,
      etaBuffer: 50,
      format: '{bar} {percentage}%  {read} of {all}  {rate}/s  {records} records  {eta_formatted} left',
    })
    return new ProgressLine(bar)
  }

  /** Called many times a second; the bar draws when its time has come. */
  readonly update = (progress: Progress): void => {
    if (this.#bar === null || progress.bytesTotal === 0) return
    const { bytesRead, bytesTotal, records } = progress
    if (!this.#started)
      this.#bar.start(bytesTotal, 0, { read: '', all: formatBytes(bytesTotal), rate: '', records: '' })
    if (!this.#started) this.#begun = performance.now()
    this.#started = true
    const seconds = Math.max(0.001, (performance.now() - this.#begun) / 1000)
    this.#bar.update(bytesRead, {
      read: formatBytes(bytesRead),
      rate: formatBytes(bytesRead / seconds),
      records: formatCount(records),
    })
  }

  #begun = 0

  /** Takes the line away. */
  stop(): void {
    if (this.#started) this.#bar?.stop()
    this.#started = false
  }
}
