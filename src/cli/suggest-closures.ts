import { Command } from 'commander'
import { visible } from '../core/text.js'
import { formatCount } from '../core/times.js'
import type { ClosureSuggestion } from '../index.js'
import { sayNotRead } from './account.js'
import { ProgressLine } from './progress.js'
import { addReadFlags, type ReadFlags, toReadOptions, wholeNumber } from './read-options.js'
import { StandardOutput } from './standard-output.js'

interface Flags extends ReadFlags {
  readonly json?: true
  readonly most?: number
  readonly quiet?: true
}

/** Candidates that are listed where nobody says how many. */
const SHOWN = 20

export function suggestClosuresCommand(): Command {
  const command = new Command('suggest-closures')
    .description(
      'List routes whose answers changed from served to denied for good, with the time, as entry points that a case may declare closed. Nothing is declared by it: a page that was removed looks the same.',
    )
    .argument('<evidence...>', 'files, folders, globs, - for standard input')
  return addReadFlags(command)
    .option('--most <n>', `candidates that are listed (default: ${SHOWN})`, wholeNumber)
    .option('--json', 'all candidates as JSON, one a line')
    .option('--quiet', 'no progress, no notes on standard error')
    .addHelpText(
      'after',
      `
A route counts when the last answer that gave something is followed by at least three denials, of two principals or over
an hour. Those that were served most come first, styles, scripts and pictures last. What is printed is YAML, to be pasted
under entryPoints of a case file once somebody knows that the door was closed and not only gone.`,
    )
    .action(run)
}

async function run(evidence: string[], flags: Flags): Promise<void> {
  const { suggestClosures, safeJson } = await import('../index.js')
  const progress = await ProgressLine.open(flags.quiet === true)
  const { suggestions, reading } = await suggestClosures(evidence, {
    ...(await toReadOptions(flags)),
    workers: 'auto',
    onProgress: progress.update,
  }).finally(() => progress.stop())
  const output = new StandardOutput()
  if (flags.json === true) for (const one of suggestions) await output.write(`${safeJson(one)}\n`)
  else await output.write(await yamlOf(suggestions, flags.most ?? SHOWN))
  await output.flush()
  if (flags.quiet !== true) sayNotRead(reading.notRead)
}

async function yamlOf(suggestions: readonly ClosureSuggestion[], most: number): Promise<string> {
  if (suggestions.length === 0) return '# No route turned from served to denied for good.\n'
  const { stringify } = await import('yaml')
  const shown = suggestions.slice(0, most)
  const ids = new Set<string>()
  const items = shown.map((one) => {
    const text = stringify([declarationOf(one, ids)], { lineWidth: 0 })
    return `  # ${noteOf(one)}\n${indented(text)}`
  })
  const more = suggestions.length - shown.length
  const rest = more > 0 ? `# ${formatCount(more)} more: --most, or --json for all.\n` : ''
  return `# Candidates, not declarations: keep those that were closed on purpose.\nentryPoints:\n${items.join('')}${rest}`
}

function noteOf({ served, denied, lastServed, firstDenied, isAsset }: ClosureSuggestion): string {
  const what = isAsset ? ' an asset, likely removed;' : ''
  return `${what} served ${formatCount(served)} times, last at ${lastServed}; denied ${formatCount(denied)} times since, first at ${firstDenied}`.trim()
}

/** The closing is said to have been between the last served answer and the first denied one. */
function declarationOf({ route, lastServed, firstDenied }: ClosureSuggestion, ids: Set<string>): object {
  const [method, path] = [route.slice(0, route.indexOf(' ')), visible(route.slice(route.indexOf(' ') + 1))]
  const [served, denied] = [Date.parse(lastServed), Date.parse(firstDenied)]
  const half = Math.ceil((denied - served) / 2000)
  return {
    id: idOf(path, ids),
    ...ruleOf(path),
    ...(/^[A-Z]+$/.test(method) ? { method } : {}),
    closed: { from: new Date(served + half * 1000).toISOString(), uncertainty: `${Math.max(1, half)}s` },
  }
}

/** A template of classes such as {int} is a pattern; a class within a segment is any text there. */
function ruleOf(path: string): object {
  if (!path.includes('{')) return { path }
  const segments = path
    .split('/')
    .map((part) => (/^\{[^{}]+\}$/.test(part) ? part : part.replace(/\{[^{}]*\}/g, '*')))
  return { pattern: segments.join('/') }
}

function idOf(path: string, ids: Set<string>): string {
  const words =
    path
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || 'door'
  let id = words
  for (let n = 2; ids.has(id); n++) id = `${words}-${n}`
  ids.add(id)
  return id
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n')
}
