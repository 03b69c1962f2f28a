import { type Command, InvalidArgumentError } from 'commander'
import { parseDuration } from '../core/times.js'
import type { ReadOptions } from '../index.js'

/** Options of every command that reads evidence, as commander gives them. */
export interface ReadFlags {
  readonly case?: string
  readonly format?: string
  readonly fields?: string
  readonly formatFrom?: string
  readonly trust?: readonly string[]
  readonly timezone?: string
}

/** Adds them to a command. */
export function addReadFlags(command: Command): Command {
  return command
    .option('--case <file>', 'case file: entry points, closings, proxies, settings (see examples/case.yaml)')
    .option(
      '--format <id>',
      "format of all sources: an id (postern formats) or the server's own format string (nginx, Apache, HAProxy, Envoy)",
    )
    .option(
      '--format-from <file>',
      "the server's nginx.conf or httpd.conf: read the logs that it names in the formats that it gives them",
    )
    .option(
      '--fields <map>',
      'names of members or columns in JSON lines, CSV and TSV, such as time=ts,client=ip,path=req.url',
    )
    .option(
      '--trust <cidr>',
      'believe the forwarding chain of this proxy: address, network or "private"; may be repeated',
      collect,
    )
    .option(
      '--timezone <zone>',
      'zone of stamps that state none, such as Europe/Berlin (default: UTC, reported as assumed)',
    )
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value]
}

/** As the library takes them. */
export async function toReadOptions(flags: ReadFlags): Promise<ReadOptions> {
  const { parseFields } = await import('../index.js')
  return {
    ...(flags.case === undefined ? {} : { caseFile: flags.case }),
    ...(flags.format === undefined ? {} : { format: flags.format }),
    ...(flags.fields === undefined ? {} : { fields: parseFields(flags.fields) }),
    ...(flags.formatFrom === undefined ? {} : { formatFrom: flags.formatFrom }),
    ...(flags.trust === undefined ? {} : { trustedProxies: flags.trust }),
    ...(flags.timezone === undefined ? {} : { timezone: flags.timezone }),
  }
}

/** `10m` to milliseconds. */
export function duration(text: string): number {
  const ms = parseDuration(text)
  if (ms === null) throw new InvalidArgumentError('expected a duration such as 90s or 10m.')
  return ms
}

/** A whole number. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('expected a whole number.')
  return Number(text)
}
