import { Command, Option } from 'commander'
import { SEVERITIES } from '../findings/contract.js'
import type {
  BuiltInFinding,
  Finding,
  InvestigateOptions,
  Investigation,
  Report,
  Severity,
} from '../index.js'
import { EXIT } from './exit.js'
import { ProgressLine } from './progress.js'
import { addReadFlags, duration, type ReadFlags, toReadOptions, wholeNumber } from './read-options.js'
import { ReportFile } from './report-file.js'
import { StandardOutput, wantsColor } from './standard-output.js'

interface Flags extends ReadFlags {
  readonly since?: string
  readonly until?: string
  readonly indicators?: string
  readonly horizon?: number
  readonly memory?: number
  readonly workers?: number
  readonly hash?: 'sha256' | 'none'
  readonly out?: string
  readonly previous?: string
  readonly html?: string
  readonly force?: true
  readonly jsonl?: true
  readonly failOn?: Severity
  readonly strict?: true
  readonly showSecrets?: true
  readonly quiet?: true
}

export function investigateCommand(): Command {
  const command = new Command('investigate')
    .description(
      'Read evidence once, find unauthorised access, and print a report whose every finding cites its lines.',
    )
    .argument('<evidence...>', 'files, folders, globs, - for standard input')
  return addReadFlags(command)
    .option('--since <time>', 'only records from this time on, such as 2021-08-14T12:00:00Z')
    .option('--until <time>', 'only records before this time')
    .option(
      '--indicators <file>',
      'addresses, networks, paths, agents, token hashes to look for: a line each, or CSV',
    )
    .option(
      '--horizon <duration>',
      'how far lines may come out of order without changing any answer (default: 10m)',
      duration,
    )
    .option('--memory <MiB>', 'bound of all tables together (default: 384)', wholeNumber)
    .option(
      '--workers <n>',
      'threads that read beside the one that detects; the answers are the same with any number (default: by the cores and the size of the evidence)',
      wholeNumber,
    )
    .addOption(
      new Option(
        '--hash <kind>',
        'none leaves out the SHA-256 of the evidence, which saves time; cited lines are hashed all the same (default: sha256)',
      ).choices(['sha256', 'none']),
    )
    .option(
      '--previous <answers.json>',
      'answers of an earlier run (of its --out): the report says what moved since, and why',
    )
    .option(
      '--out <dir>',
      'write report, findings, evidence, sessions, ledger and rejects into a new or empty folder',
    )
    .option(
      '--html <file>',
      'write the report as one self-contained page: answers, a timeline to zoom, findings with their lines',
    )
    .option('--force', 'let --out replace files in a folder that is not empty')
    .option('--jsonl', 'print findings as JSON, one a line, instead of the report')
    .addOption(
      new Option('--fail-on <severity>', 'exit 3 when there is a finding of at least this severity').choices(
        SEVERITIES,
      ),
    )
    .option('--strict', 'exit 1 when any evidence is damaged or could not be read')
    .option('--show-secrets', 'quote log text with passwords, tokens and session ids as they stand')
    .option('--quiet', 'no progress, no notes on standard error')
    .action(run)
}

async function run(evidence: string[], flags: Flags, command: Command): Promise<void> {
  const page = flags.html === undefined ? null : await ReportFile.tryOut(flags.html)
  const { investigate, sinks } = await import('../index.js')
  const progress = await ProgressLine.open(flags.quiet === true)
  const investigation = investigate({ ...(await toOptions(evidence, flags)), onProgress: progress.update })
  const restore = onInterrupt(investigation)
  const report = await investigation.report().finally(() => {
    progress.stop()
    restore()
  })
  await print(report, flags, command)
  if (page !== null) {
    await sinks
      .find(({ id }) => id === 'report-html')!
      .create(page, PAGE_SETTINGS)
      .report?.(report)
    await page.finish()
  }
  process.exitCode = exitStatus(report, flags)
}

/** A page has neither. */
const PAGE_SETTINGS = { color: false, width: 100 } as const

async function toOptions(
  evidence: readonly string[],
  flags: Flags,
): Promise<InvestigateOptions<readonly []>> {
  const { since, until, indicators, horizon, memory, workers = 'auto', hash, out, previous } = flags
  return {
    ...(await toReadOptions(flags)),
    evidence,
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    ...(indicators === undefined ? {} : { indicators }),
    ...(horizon === undefined ? {} : { horizonMs: horizon }),
    ...(memory === undefined ? {} : { memoryMb: memory }),
    workers,
    ...(hash === undefined ? {} : { hash }),
    ...(out === undefined ? {} : { out }),
    ...(previous === undefined ? {} : { previous }),
    force: flags.force === true,
    showSecrets: flags.showSecrets === true,
  }
}

/** Ctrl-C once: judge what was read. Twice: stop. */
function onInterrupt(investigation: Investigation<Finding>): () => void {
  let asked = false
  const handle = () => {
    if (asked) process.exit(EXIT.interrupted)
    asked = true
    process.stderr.write('\npostern: interrupted; judging what was read (Ctrl-C again to stop at once)\n')
    investigation.interrupt()
  }
  process.on('SIGINT', handle)
  process.on('SIGTERM', handle)
  return () => {
    process.off('SIGINT', handle)
    process.off('SIGTERM', handle)
  }
}

async function print(report: Report<BuiltInFinding>, flags: Flags, command: Command): Promise<void> {
  const { safeJson, sinks } = await import('../index.js')
  const output = new StandardOutput()
  if (flags.jsonl === true) {
    for (const finding of report.findings) await output.write(`${safeJson(finding)}\n`)
  } else {
    const color = wantsColor(command.optsWithGlobals().color as string, process.stdout)
    const text = sinks.find(({ id }) => id === 'report-text')!
    await text.create(output, { color, width: process.stdout.columns ?? 100 }).report?.(report)
  }
  await output.flush()
  if (flags.out !== undefined && flags.quiet !== true)
    process.stderr.write(`postern: all outputs are in ${flags.out}\n`)
}

function exitStatus(report: Report, flags: Flags): number {
  const { reading } = report
  if (reading.interrupted) return EXIT.interrupted
  const isDamaged = reading.notRead.length > 0 || report.ledger.some(({ faults }) => faults.length > 0)
  if (flags.strict === true && isDamaged) {
    process.stderr.write(
      'postern: --strict: some evidence is damaged or was not read; the report says which\n',
    )
    return EXIT.failed
  }
  const least = flags.failOn === undefined ? SEVERITIES.length : SEVERITIES.indexOf(flags.failOn)
  return report.findings.some(({ severity }) => SEVERITIES.indexOf(severity) >= least)
    ? EXIT.findings
    : EXIT.done
}
