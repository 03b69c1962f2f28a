import type { Output } from '../index.js'

/** Text held back before it is written. */
const PIECE = 1 << 16

/** Standard output with back pressure: a slow reader holds the reading back, memory does not grow. */
export class StandardOutput implements Output {
  #held = ''

  async write(text: string): Promise<void> {
    this.#held += text
    if (this.#held.length >= PIECE) await this.flush()
  }

  async flush(): Promise<void> {
    const text = this.#held
    this.#held = ''
    if (text === '' || process.stdout.write(text)) return
    await new Promise<void>((resolve) => process.stdout.once('drain', resolve))
  }
}

/** Whether to colour what goes to a stream: --color, then NO_COLOR and FORCE_COLOR, then whether it is a terminal. */
export function wantsColor(when: string, stream: NodeJS.WriteStream): boolean {
  if (when !== 'auto') return when === 'always'
  if (process.env.NO_COLOR) return false
  return process.env.FORCE_COLOR ? true : stream.isTTY === true
}
