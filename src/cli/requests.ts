import { Command } from 'commander'
import { visible } from '../core/text.js'
import { formatCount } from '../core/times.js'
import type { FoundRequest, LedgerEntry } from '../index.js'
import { sayFaults, sayNotRead } from './account.js'
import { addReadFlags, type ReadFlags, toReadOptions } from './read-options.js'
import { StandardOutput } from './standard-output.js'

interface Flags extends ReadFlags {
  readonly client?: string
  readonly user?: string
  readonly session?: string
  readonly path?: string
  readonly status?: string
  readonly since?: string
  readonly until?: string
  readonly raw?: true
  readonly quiet?: true
}

export function requestsCommand(): Command {
  const command = new Command('requests')
    .description(
      'Print the requests that match, with their places, in event order. All filters that are given must hold.',
    )
    .argument('<evidence...>', 'files, folders, globs, - for standard input')
    .option('--client <address>', 'address, network, or host name as written')
    .option('--user <name>', 'user name as written')
    .option('--session <id>', 'session id as sessions.csv has it: PRINCIPAL@START/END')
    .option('--path <path>', 'path in any spelling, or a pattern with *, ** and {name}')
    .option('--status <codes>', '404, 4xx, or a list such as 401,403,5xx')
    .option('--since <time>', 'only records from this time on')
    .option('--until <time>', 'only records before this time')
    .option('--raw', 'print the lines as they stand, terminal control characters and secrets and all')
    .option('--quiet', 'no count on standard error')
  return addReadFlags(command).action(run)
}

async function run(evidence: string[], flags: Flags): Promise<void> {
  const { findRequests, safeJson } = await import('../index.js')
  const output = new StandardOutput()
  const { client, user, session, path, status, since, until } = flags
  const filter = Object.fromEntries(
    Object.entries({ client, user, session, path, status }).filter(([, value]) => value !== undefined),
  )
  const times = Object.fromEntries(
    Object.entries({ since, until }).filter(([, value]) => value !== undefined),
  )
  // one JSON object a line: the record with its place and principal
  const show = ({ line, record, principal }: FoundRequest) =>
    flags.raw === true ? line : safeJson({ ...record, principal: visible(principal) })
  let count = 0
  let ledger: readonly LedgerEntry[] = []
  const requests = findRequests(evidence, filter, {
    ...(await toReadOptions(flags)),
    ...times,
    onNotRead: sayNotRead,
    onLedger: (entries) => {
      ledger = entries
    },
  })
  for await (const found of requests) {
    count++
    await output.write(`${show(found)}\n`)
  }
  await output.flush()
  if (flags.quiet !== true) process.stderr.write(`${formatCount(count)} requests\n`)
  process.exitCode = sayFaults(ledger)
}
