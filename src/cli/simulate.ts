import { Command, InvalidArgumentError } from 'commander'
import { visible } from '../core/text.js'
import { formatBytes, formatCount } from '../core/times.js'
import type { FolderOptions, Login, Simulation } from '../simulate/index.js'
import { EXIT } from './exit.js'

interface Flags {
  readonly story?: readonly string[]
  readonly seed?: string
  readonly size?: number
  readonly days?: number
  readonly strength?: number
  readonly layout?: string
  readonly producer?: string
  readonly login?: string
  readonly servers?: number
  readonly start?: string
  readonly out: string
  readonly gzip?: true
  readonly traffic: boolean
  readonly force?: true
  readonly quiet?: true
}

export function simulateCommand(): Command {
  return new Command('simulate')
    .description(
      'Write the logs of an invented incident, with the truth beside them: for tests, load and demonstrations.',
    )
    .requiredOption('--out <dir>', 'new or empty folder for the logs, truth.json and case.yaml')
    .option('--story <names>', 'stories, separated by commas; without one, ordinary traffic alone', list)
    .option('--seed <text>', 'number or word; the same seed gives the same bytes (default: 1)')
    .option(
      '--size <size>',
      'about this much, such as 300k, 20M or 1.5G; traffic is as dense as it takes',
      bytes,
    )
    .option('--days <number>', 'length of the log (default: what the stories need)', number)
    .option(
      '--strength <times>',
      'attacks in multiples of the least that is worth a finding (default: 2)',
      number,
    )
    .option(
      '--layout <format>',
      "a format's id (postern formats), or an nginx or Apache format string (default: combined)",
    )
    .option(
      '--producer <server>',
      'apache or nginx: what stamps mean, how text is escaped (default: by the layout)',
    )
    .option(
      '--login <kind>',
      'entry point of attacks on credentials: form, api, wordpress, basic (default: by the seed)',
    )
    .option('--servers <number>', 'split over the logs of this many servers (default: 1)', number)
    .option('--start <time>', 'first instant (default: 2025-03-10T00:00:00Z, whatever the clock says)')
    .option('--no-traffic', "the stories' own lines alone, to be spliced into other logs")
    .option('--gzip', 'compress the logs')
    .option('--force', 'let --out replace files in a folder that is not empty')
    .option('--quiet', 'no account of what was written')
    .addHelpText('after', () => HELP)
    .action(run)
}

const HELP = `
Stories:
  test-gateway  an exposed test host: guessing, a pivot, a bulk export, its closure, and a return by an alias
  api-export    one interface walked with valid requests until its data is copied
  stuffing      leaked names and passwords, one try each, from many addresses of a few networks
  guessing      one client tries many passwords of one user, and may get in
  spraying      a few passwords tried on many users, in rounds: quick from one address, or slow from several
  benign        a week without an attack, full of what looks like one: rushes, backups, feeds, crawls, a load test

Addresses are of ranges for documentation and tests, and hosts are under example.com: nobody is accused.

Examples:
  postern simulate --story test-gateway --size 2M --out demo
  postern investigate demo/*.log --case demo/case.yaml
  postern simulate --story benign,api-export --seed 7 --strength 5 --servers 3 --gzip --out week
  postern simulate --story guessing --no-traffic --layout nginx-combined --out lines`

async function run(flags: Flags): Promise<void> {
  // the simulator is loaded by nobody else
  const { simulate } = await import('../simulate/index.js')
  const stop = new AbortController()
  const onInterrupt = () => stop.abort()
  process.once('SIGINT', onInterrupt)
  process.once('SIGTERM', onInterrupt)
  const simulation = await simulate({ ...toOptions(flags), signal: stop.signal })
  process.off('SIGINT', onInterrupt)
  process.off('SIGTERM', onInterrupt)
  if (flags.quiet !== true) process.stdout.write(accountOf(simulation))
  process.exitCode = EXIT.done
}

function toOptions(flags: Flags): FolderOptions {
  const { story, seed, size, days, strength, layout, producer, login, servers, start, out } = flags
  return {
    out,
    force: flags.force === true,
    gzip: flags.gzip === true,
    traffic: flags.traffic,
    ...(story === undefined ? {} : { stories: story }),
    ...(seed === undefined ? {} : { seed }),
    ...(size === undefined ? {} : { size }),
    ...(days === undefined ? {} : { days }),
    ...(strength === undefined ? {} : { strength }),
    ...(layout === undefined ? {} : { layout }),
    ...(producer === undefined ? {} : { producer: producer as 'apache' | 'nginx' }),
    ...(login === undefined ? {} : { login: login as Login }),
    ...(servers === undefined ? {} : { servers }),
    ...(start === undefined ? {} : { start }),
  }
}

/** What was written, and what to do with it. */
function accountOf({ truth, logs, truthFile, caseFile }: Simulation): string {
  const { totals, incidents, lookalikes } = truth
  const lines = [
    `${formatCount(totals.lines)} lines, ${formatBytes(totals.bytes)}, in ${logs.length === 1 ? logs[0]! : `${logs.length} logs`}`,
    ...(totals.start === null ? [] : [`from ${totals.start} to ${totals.end}`]),
    ...incidents.map(
      ({ kind, pattern, start, requests, actor, succeeded }) =>
        `  ${kind} (${pattern}) from ${start}: ${formatCount(requests)} requests, ${counted(actor.clients.length, 'client')}, ${succeeded ? 'succeeded' : 'did not succeed'}`,
    ),
    ...(lookalikes.length === 0
      ? []
      : [
          `  ${counted(lookalikes.length, 'thing')} that ${lookalikes.length === 1 ? 'looks' : 'look'} like an attack and ${lookalikes.length === 1 ? 'is' : 'are'} none`,
        ]),
    `the truth is in ${truthFile}`,
    `next: postern investigate ${logs.join(' ')}${caseFile === null ? '' : ` --case ${caseFile}`}`,
  ]
  return lines.map((line) => `${visible(line)}\n`).join('')
}

function counted(count: number, what: string): string {
  return `${formatCount(count)} ${what}${count === 1 ? '' : 's'}`
}

function list(value: string, before: readonly string[] = []): string[] {
  return [...before, ...value.split(',').map((name) => name.trim())].filter((name) => name !== '')
}

function number(text: string): number {
  if (!/^\d{1,9}(?:\.\d{1,6})?$/.test(text)) throw new InvalidArgumentError('expected a number.')
  return Number(text)
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 }

/** `300k`, `20M`, `20MB`, `1.5G`; units of a thousand. */
function bytes(text: string): number {
  const found = /^(\d{1,15}(?:\.\d{1,6})?)\s*([kmgt]?)i?b?$/i.exec(text)
  if (found === null) throw new InvalidArgumentError('expected a size such as 300k, 20M or 1.5G.')
  return Math.round(Number(found[1]) * UNITS[found[2]!.toLowerCase()]!)
}
