import { Command } from 'commander'
import { formatCount } from '../core/times.js'
import type { LedgerEntry, Reject } from '../index.js'
import { nameOf, sayFaults, sayNotRead } from './account.js'
import { addReadFlags, type ReadFlags, toReadOptions } from './read-options.js'
import { RejectFile } from './reject-file.js'
import { StandardOutput } from './standard-output.js'

interface Flags extends ReadFlags {
  readonly rejects?: string
  readonly quiet?: true
}

export function parseCommand(): Command {
  const command = new Command('parse')
    .description(
      'Print records as JSON, one a line, each with its place. This is the evidence as written, secrets and all.',
    )
    .argument('<evidence...>', 'files, folders, globs, - for standard input')
  return addReadFlags(command)
    .option('--rejects <file>', 'write the lines that are no records, with reason and place, as JSON lines')
    .option('--quiet', 'no counts on standard error')
    .action(run)
}

async function run(evidence: string[], flags: Flags): Promise<void> {
  const { readRecords, safeJson } = await import('../index.js')
  const output = new StandardOutput()
  const rejects = flags.rejects === undefined ? null : new RejectFile(flags.rejects)
  let ledger: readonly LedgerEntry[] = []
  const records = readRecords(evidence, {
    ...(await toReadOptions(flags)),
    onRejects: (lines: readonly Reject[]) => rejects?.write(lines),
    onNotRead: sayNotRead,
    onLedger: (entries) => {
      ledger = entries
    },
  })
  try {
    for await (const record of records) await output.write(`${safeJson(record)}\n`)
    await output.flush()
    await rejects?.finish()
  } finally {
    await rejects?.close()
  }
  if (flags.quiet !== true) for (const entry of ledger) process.stderr.write(`${accountOf(entry)}\n`)
  process.exitCode = sayFaults(ledger)
}

/** What one source gave, in one line. */
function accountOf(entry: LedgerEntry): string {
  const { lines, records, rejects, blanks, directives, format, producer, wrapper } = entry
  const parts = [
    `${formatCount(records)} records`,
    `${formatCount(rejects)} rejects`,
    `${formatCount(blanks)} blank`,
  ]
  if (directives > 0) parts.push(`${formatCount(directives)} directives`)
  const what = format === null ? 'unknown format' : producer === 'unknown' ? format : `${format}, ${producer}`
  const inside = wrapper === null ? '' : ` in ${wrapper}`
  return `${nameOf(entry)}: ${formatCount(lines)} lines: ${parts.join(', ')} (${what}${inside})`
}
