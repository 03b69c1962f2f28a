import { caseFile } from './case-file.js'
import { simulateChunks } from './chunks.js'
import type { SimulateOptions, Truth } from './contract.js'

/** A small simulation, held in memory. */
export interface HeldSimulation {
  /** Logs by name; texts of whole lines. */
  readonly logs: ReadonlyMap<string, string>
  readonly truth: Truth
  /** A case file's text, or null when the stories declare nothing. */
  readonly caseFile: string | null
}

/**
 * Makes a log in memory, for tests and demonstrations; the same bytes as `simulate` writes.
 *
 * @throws {ERR_OPTION_INVALID}
 */
export function simulateInMemory(options: SimulateOptions): HeldSimulation {
  const pieces = new Map<string, Uint8Array[]>()
  const log = simulateChunks(options)
  for (;;) {
    const step = log.next()
    if (step.done === true) {
      const { truth, declared } = step.value
      const logs = new Map(
        truth.files.map(({ name }) => [name, Buffer.concat(pieces.get(name) ?? []).toString('utf8')]),
      )
      return { logs, truth, caseFile: caseFile(truth.options.stories, declared) }
    }
    const held = pieces.get(step.value.name)
    if (held === undefined) pieces.set(step.value.name, [step.value.bytes])
    else held.push(step.value.bytes)
  }
}
