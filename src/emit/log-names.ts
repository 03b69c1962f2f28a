import type { LedgerEntry, Report } from '../conclude/contract.js'

/**
 * A short name for each log, for people: the end of its file's path, as much of it as tells the logs apart. `web-1/access.log` and
 * `web-2/access.log`, or `access.log` where there is one of it.
 *
 * @returns By log (`L1`, ...) and by source (`S1`, ...).
 */
export function logNames({ answers, ledger }: Pick<Report, 'answers' | 'ledger'>): Map<string, string> {
  const paths = new Map(answers.coverage.map(({ log, sources }) => [log, pathOf(sources, ledger)]))
  const names = new Map([...paths].map(([log, path]) => [log, shortest(path, [...paths.values()])]))
  for (const { log, sources } of answers.coverage)
    for (const source of sources) if (!names.has(source)) names.set(source, names.get(log)!)
  return names
}

type Path = readonly string[]

/** Of the last of its files, which has the name that the log has while it is written. */
function pathOf(sources: readonly string[], ledger: readonly LedgerEntry[]): Path {
  const entry = ledger.find(({ ordinal }) => ordinal === sources.at(-1))
  if (entry?.kind === 'stdin') return ['standard input']
  return (entry?.names[0] ?? sources.join(' ')).split(/[/\\]|!\//)
}

function shortest(path: Path, all: readonly Path[]): string {
  for (let parts = 1; parts < path.length; parts++) {
    const end = path.slice(-parts).join('/')
    if (all.filter((other) => other.slice(-parts).join('/') === end).length === 1) return end
  }
  return path.join('/')
}
