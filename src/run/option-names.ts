import { PosternError } from '../core/errors.js'
import { visible } from '../core/text.js'
import type { InvestigateOptions } from './investigate.js'

/** Every option of an investigation. A record, so that the compiler asks for each. */
const NAMES: Readonly<Record<keyof InvestigateOptions, true>> = {
  evidence: true,
  caseFile: true,
  case: true,
  format: true,
  fields: true,
  formatFrom: true,
  timezone: true,
  since: true,
  until: true,
  trustedProxies: true,
  horizonMs: true,
  memoryMb: true,
  workers: true,
  scanner: true,
  hash: true,
  formats: true,
  stdin: true,
  signal: true,
  indicators: true,
  detectors: true,
  thresholds: true,
  previous: true,
  showSecrets: true,
  out: true,
  force: true,
  sinks: true,
  onProgress: true,
}

/**
 * Refuses an option that there is not: one that is misspelt would change the answer by being absent.
 *
 * @throws {ERR_OPTION_INVALID} with the name that was probably meant.
 */
export async function checkOptionNames(options: object): Promise<void> {
  const known = Object.keys(NAMES)
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown === undefined) return
  const { closestName } = await import('../core/closest.js')
  const near = closestName(unknown, known)
  const hint = near === undefined ? `expected one of ${known.join(', ')}` : `did you mean ${near}`
  throw new PosternError('ERR_OPTION_INVALID', `unknown option "${visible(unknown)}", ${hint}`)
}
