import { setImmediate } from 'node:timers/promises'
import { isPosternError, PosternError } from '../core/errors.js'
import { checkFolder, sinkFailed } from '../run/outputs.js'
import { caseFile } from './case-file.js'
import { type Outcome, simulateChunks } from './chunks.js'
import type { SimulateOptions, Truth } from './contract.js'
import { LogFiles } from './log-files.js'
import { invalid, planOf } from './options.js'

export interface FolderOptions extends SimulateOptions {
  /** New or empty, unless `force`. */
  readonly out: string
  /** Write into a folder that is not empty; files of the same names are replaced at the end. Default false. */
  readonly force?: boolean
  /** Compress the logs; their names then end in `.gz`. Default false. */
  readonly gzip?: boolean
  readonly signal?: AbortSignal
  /** Called now and then with the bytes so far, before compression. */
  readonly onProgress?: (bytes: number) => void
}

/** What was written. */
export interface Simulation {
  readonly truth: Truth
  /** Paths of the logs, of `truth.json`, and of `case.yaml` or null. */
  readonly logs: readonly string[]
  readonly truthFile: string
  readonly caseFile: string | null
}

/**
 * Writes a simulated incident into a folder: the logs, `truth.json`, and a `case.yaml` where the story declares something.
 *
 * Files are named `NAME.partial` until all are whole.
 *
 * @throws {ERR_OPTION_INVALID} {ERR_OUTPUT_EXISTS} Nothing was started.
 * @throws {ERR_SINK_FAILED} The message says what is partial.
 * @throws {ERR_ABORTED} The signal fired; what was written is partial.
 */
export async function simulate(options: FolderOptions): Promise<Simulation> {
  // options are looked at before the folder is
  planOf(options)
  if (options.out === '') throw invalid('out is the folder for the logs, found nothing')
  await checkFolder(options.out, options.force === true)
  const files = new LogFiles(options.out, options.gzip === true)
  try {
    const { truth, declared } = await writeLogs(options, files)
    const written = named(truth, options.gzip === true)
    const caseText = caseFile(truth.options.stories, declared)
    const truthFile = await files.text('truth.json', `${JSON.stringify(written, null, 2)}\n`)
    const declaredFile = caseText === null ? null : await files.text('case.yaml', caseText)
    await files.finish()
    return {
      truth: written,
      logs: truth.files.map(({ name }) => files.pathOf(name)),
      truthFile,
      caseFile: declaredFile,
    }
  } catch (cause) {
    await files.abandon()
    throw isPosternError(cause) ? cause : failure(options.out, files, cause)
  }
}

async function writeLogs(options: FolderOptions, files: LogFiles): Promise<Outcome> {
  const log = simulateChunks(options)
  let bytes = 0
  for (;;) {
    const step = log.next()
    if (step.done === true) return step.value
    await files.append(step.value.name, step.value.bytes)
    bytes += step.value.bytes.length
    options.onProgress?.(bytes)
    // making is one long calculation: files are written and signals are heard between turns of the loop
    await setImmediate()
    if (options.signal?.aborted === true)
      throw new PosternError(
        'ERR_ABORTED',
        `stopped; what was written is partial: ${files.partial.join(', ')}`,
      )
  }
}

/** The truth with the names of the files as they are in the folder. */
function named(truth: Truth, gzip: boolean): Truth {
  return gzip ? { ...truth, files: truth.files.map((file) => ({ ...file, name: `${file.name}.gz` })) } : truth
}

function failure(out: string, files: LogFiles, cause: unknown): PosternError {
  const { partial } = files
  return sinkFailed(
    partial.length === 0
      ? `cannot write to ${out}`
      : `writing to ${out} failed; what is there is partial: ${partial.join(', ')}`,
    cause,
  )
}
