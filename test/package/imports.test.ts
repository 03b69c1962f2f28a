import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const SRC = resolve(import.meta.dirname, '../../src')

/** The way of a byte: a stage imports contracts of those before it. */
const STAGES = [
  'evidence',
  'decode',
  'parse',
  'classify',
  'order',
  'sessions',
  'observe',
  'coverage',
  'detect',
  'closure',
  'findings',
  'conclude',
  'emit',
]

/** What every module may use. */
const BASE = ['core', 'columns', 'kernel']

/**
 * What a stage uses of an earlier one beyond its contract, each with the reason. Pure functions and small classes that two
 * stages must not have two of.
 */
const EXCEPTIONS: readonly { readonly from: string; readonly to: string; readonly reason: string }[] = [
  {
    from: 'sessions/',
    to: 'classify/addresses.ts',
    reason: 'a client is its address or IPv6 /64, by one definition for keys and for names',
  },
  {
    from: 'coverage/',
    to: 'parse/other-lines.ts',
    reason: 'lines that are no records tell of damage; they come beside the batch, and no contract has them',
  },
  {
    from: 'conclude/collect/',
    to: 'classify/addresses.ts',
    reason: 'the same definition of a client, for totals',
  },
  {
    from: 'conclude/collect/',
    to: 'classify/normal-path.ts',
    reason: 'the text of a route is made for the few that are shown; the classifier made its key alone',
  },
  {
    from: 'conclude/collect/',
    to: 'classify/route.ts',
    reason: 'the text of a route, by the rule of its key',
  },
  {
    from: 'conclude/collect/indicator-counts.ts',
    to: 'classify/indicators.ts',
    reason: 'the flag says that some indicator matched; which one, the matcher says again',
  },
  {
    from: 'detect/detectors/indicator-seen/',
    to: 'classify/indicators.ts',
    reason: 'the flag says that some indicator matched; which one, the matcher says again',
  },
  {
    from: 'detect/detectors/bulk-export/',
    to: 'classify/object-words.ts',
    reason: 'exact keys of objects are made for candidates alone; rows carry the key of their path',
  },
  {
    from: 'detect/detectors/bulk-export/',
    to: 'classify/page-value.ts',
    reason: 'the page a request asks for is read where it counts; rows do not carry it',
  },
  {
    from: 'detect/detectors/bulk-export/',
    to: 'classify/route-kinds.ts',
    reason: 'what a name tells of a route, by one definition',
  },
  {
    from: 'detect/detectors/bulk-export/',
    to: 'classify/route.ts',
    reason: 'the text of a route, by the rule of its key',
  },
  {
    from: 'detect/detectors/bulk-export/',
    to: 'classify/entry-points.ts',
    reason: 'the flag says that some data route was hit; which one, the matcher says again',
  },
  {
    from: 'detect/detectors/bulk-export/',
    to: 'classify/normal-path.ts',
    reason: 'the matcher takes the normal path',
  },
  {
    from: 'detect/detectors/bulk-export/',
    to: 'classify/addresses.ts',
    reason: 'the same definition of a client, for the networks that asked for robots.txt',
  },
  {
    from: 'detect/',
    to: 'observe/denial-sizes.ts',
    reason: 'what size a denial has is judged the same everywhere',
  },
  {
    from: 'detect/',
    to: 'observe/recent-rows.ts',
    reason: 'rows before a candidate was opened are looked up again, for any detector that opens by a count',
  },
  {
    from: 'detect/detectors/credential-attack/',
    to: 'classify/logins.ts',
    reason: 'the flag says that a login was tried; which application has it, the matcher says again',
  },
  {
    from: 'detect/detectors/credential-attack/',
    to: 'classify/addresses.ts',
    reason: 'the same definition of a client, for the names of those who tried',
  },
  {
    from: 'detect/detectors/credential-attack/',
    to: 'classify/normal-path.ts',
    reason: 'the text of a path is made for the few that are shown',
  },
  {
    from: 'detect/detectors/credential-attack/',
    to: 'classify/route.ts',
    reason: 'the text of a route, by the rule of its key',
  },
  {
    from: 'detect/detectors/indicator-seen/',
    to: 'classify/normal-path.ts',
    reason: 'the matcher takes the normal path',
  },
  {
    from: 'detect/',
    to: 'observe/citations.ts',
    reason: 'observers pick citations as they see rows, all by the same rule',
  },
  {
    from: 'detect/',
    to: 'observe/gap-runs.ts',
    reason: 'episodes are runs with gaps, for every detector the same',
  },
  {
    from: 'detect/',
    to: 'observe/subject.ts',
    reason: 'who a finding is about is collected the same everywhere',
  },
  {
    from: 'coverage/',
    to: 'observe/citations.ts',
    reason: 'the lines around a gap are cited as findings cite theirs',
  },
  {
    from: 'closure/',
    to: 'detect/closing-phase.ts',
    reason: 'what is before a closing, in flight and after it is decided once, for findings and verdicts',
  },
  {
    from: 'closure/',
    to: 'detect/outcome-counts.ts',
    reason: 'the same answers count as served in findings and in verdicts',
  },
  {
    from: 'closure/',
    to: 'observe/denial-sizes.ts',
    reason: 'what size a denial has is judged the same everywhere',
  },
  {
    from: 'closure/',
    to: 'observe/subject.ts',
    reason: 'distinct spellings are kept as those of findings are',
  },
  {
    from: 'closure/',
    to: 'coverage/rests-on.ts',
    reason: 'which gaps an answer rests on is told the same for all of them',
  },
  {
    from: 'closure/',
    to: 'classify/entry-points.ts',
    reason: 'an alias is told by the matcher of entry points, on paths in another form',
  },
  {
    from: 'closure/',
    to: 'classify/normal-path.ts',
    reason: 'the matcher takes the normal path',
  },
  {
    from: 'closure/',
    to: 'classify/route.ts',
    reason: 'the text of a route, by the rule of its key',
  },
  {
    from: 'closure/',
    to: 'observe/citations.ts',
    reason: 'the lines that a verdict stands on are cited as findings cite theirs',
  },
  { from: 'conclude/answers/', to: 'observe/citations.ts', reason: 'citations become evidence references' },
  {
    from: 'conclude/answers/',
    to: 'coverage/rests-on.ts',
    reason: 'which gaps an answer rests on is told the same for all of them',
  },
  { from: 'findings/', to: 'observe/citations.ts', reason: 'the type of a citation that a signal carries' },
]

/** A second public face: it writes what a format reads, and stands beside the way of a byte, not on it. */
const SIMULATE = {
  face: 'simulate/index.ts',
  mayUse: ['parse/layout/', 'parse/formats/registry.ts', 'parse/resolve-format.ts', 'run/outputs.ts'],
} as const

interface Import {
  readonly from: string
  readonly to: string
  /** Nothing of it is there at run time. */
  readonly isType: boolean
}

/** Modules below a folder. */
function modules(folder = SRC): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) =>
      entry.isDirectory() ? modules(join(folder, entry.name)) : [join(folder, entry.name)],
    )
    .filter((path) => path.endsWith('.ts'))
}

/** Relative imports and re-exports, types included, in static and dynamic form; those of AssemblyScript name no ending. */
function importsOf(file: string, text: string): Import[] {
  const from = relative(SRC, file)
  const statement =
    /^(import|export) (type )?[^'\n]*(?:\n[^'\n]*)*?from '(\.{1,2}\/[^']+)'|\bimport\(?\s*'(\.{1,2}\/[^']+)'/gm
  return [...text.matchAll(statement)].map((match) => ({
    from,
    to: normalize(join(dirname(from), (match[3] ?? match[4])!)).replace(/(\.js)?$/, '.ts'),
    isType: match[2] !== undefined,
  }))
}

const stageOf = (path: string) => path.split('/')[0]!

/** Why an import is against the rule, or null. */
function objection({ from, to }: Pick<Import, 'from' | 'to'>): string | null {
  const [here, there] = [stageOf(from), stageOf(to)]
  if (here === there) return within(here, from, to)
  if (here === 'cli' && to === SIMULATE.face) return null
  if (there === 'simulate') return 'only a command knows the simulator'
  if (from === 'index.ts') return there === 'cli' ? 'the public face knows no commands' : null
  if (here === 'simulate' && SIMULATE.mayUse.some((path) => to.startsWith(path))) return null
  if (here === 'simulate') return isContract(to) || BASE.includes(there) ? null : 'the simulator writes logs'
  if (here === 'cli')
    return to === 'index.ts' || there === 'core' || isContract(to)
      ? null
      : 'commands see the public face alone'
  if (here === 'run') return there === 'cli' || to === 'index.ts' ? 'run is below the public face' : null
  if (BASE.includes(there))
    return BASE.includes(here) && !mayUse(here, there) ? 'core <- columns <- kernel' : null
  if (BASE.includes(here)) return 'the base knows no stage'
  if (here === 'case') return isContract(to) ? null : 'the case sees contracts alone'
  if (there === 'case' || there === 'run' || there === 'cli' || to === 'index.ts')
    return `a stage knows no ${there}`
  if (STAGES.indexOf(there) > STAGES.indexOf(here)) return `${there} comes after ${here}`
  if (isContract(to)) return null
  return EXCEPTIONS.some((it) => from.startsWith(it.from) && to === it.to) ? null : 'not a contract'
}

function mayUse(here: string, there: string): boolean {
  return BASE.indexOf(there) < BASE.indexOf(here)
}

function isContract(path: string): boolean {
  return path === `${stageOf(path)}/contract.ts`
}

/** What formats are made of. */
const FOR_FORMATS = [
  'parse/contract.ts',
  'parse/meanings.ts',
  'parse/usual-names.ts',
  'parse/named-fields.ts',
  'parse/layout/',
  'parse/json/',
  'parse/table/',
  'parse/unescaped/',
  'parse/error-log/',
  'parse/text/',
]

/** Folders of formats, detectors and sinks know nothing of each other; formats may use parse/layout. */
function within(stage: string, from: string, to: string): string | null {
  for (const shelf of ['parse/formats/', 'parse/wrappers/', 'detect/detectors/', 'emit/sinks/']) {
    if (!from.startsWith(shelf)) {
      if (to.startsWith(shelf) && stage !== 'run') return 'only registries see what they wire'
      continue
    }
    if (from === `${shelf}registry.ts`) return null
    const own = `${shelf}${from.slice(shelf.length).split('/')[0]}/`
    if (to.startsWith(own)) return null
    if (to.startsWith(shelf)) return 'one folder knows no other of its shelf'
    if (shelf === 'parse/formats/' && !FOR_FORMATS.some((it) => to.startsWith(it)))
      return 'a format sees the contract and what is made for formats'
  }
  return null
}

const FILES = modules()
const IMPORTS = FILES.flatMap((file) => importsOf(file, readFileSync(file, 'utf8')))

describe('the import rule', () => {
  it('holds for every import', () => {
    // none is overlooked by the pattern that reads them
    const texts = FILES.map((file) => readFileSync(file, 'utf8'))
    const count = texts.reduce(
      (sum, text) => sum + (text.match(/(?:\bfrom |\bimport\()'\.{1,2}\//g)?.length ?? 0),
      0,
    )
    expect(IMPORTS).toHaveLength(count)
    expect(count).toBeGreaterThan(300)
    const broken = IMPORTS.flatMap((it) => {
      const reason = objection(it)
      return reason === null ? [] : [`${it.from} -> ${it.to}: ${reason}`]
    })
    expect(broken).toEqual([])
  })

  it('has no exception that nothing needs', () => {
    const idle = EXCEPTIONS.filter(
      (exception) => !IMPORTS.some(({ from, to }) => from.startsWith(exception.from) && to === exception.to),
    )
    expect(idle.map(({ from, to }) => `${from} -> ${to}`)).toEqual([])
  })

  it('leads to modules that are there', () => {
    const known = new Set(FILES.map((file) => relative(SRC, file)))
    expect(IMPORTS.filter(({ to }) => !known.has(to))).toEqual([])
  })

  it('lets no import go round in a circle, types aside', () => {
    const next = new Map<string, Import[]>()
    for (const it of IMPORTS.filter(({ isType }) => !isType))
      next.set(it.from, [...(next.get(it.from) ?? []), it])
    const done = new Set<string>()
    const circles: string[] = []
    const visit = (file: string, trail: readonly string[]): void => {
      if (trail.includes(file)) circles.push([...trail.slice(trail.indexOf(file)), file].join(' -> '))
      if (done.has(file) || trail.includes(file)) return
      for (const { to } of next.get(file) ?? []) visit(to, [...trail, file])
      done.add(file)
    }
    for (const file of FILES) visit(relative(SRC, file), [])
    expect(circles).toEqual([])
  })

  // what a command says before the library is loaded comes from where the library has it
  it('gives commands nothing that the public face has not', () => {
    const face = readFileSync(join(SRC, 'index.ts'), 'utf8')
    const names = FILES.filter((file) => stageOf(relative(SRC, file)) === 'cli').flatMap((file) =>
      [
        ...readFileSync(file, 'utf8').matchAll(/^import (?:type )?\{([^}]*)\} from '\.\.\/(?!simulate)/gm),
      ].flatMap(([, list]) => list!.split(',').map((name) => name.replace('type', '').trim())),
    )
    expect(names).toContain('SEVERITIES')
    expect(names.filter((name) => name !== '' && !new RegExp(`\\b${name}\\b`).test(face))).toEqual([])
  })

  it('would be seen to be broken', () => {
    const reason = (from: string, to: string) => objection({ from, to })
    expect(reason('parse/reader.ts', 'classify/contract.ts')).toBe('classify comes after parse')
    expect(reason('detect/a.ts', 'parse/reader.ts')).toBe('not a contract')
    expect(reason('core/a.ts', 'parse/contract.ts')).toBe('the base knows no stage')
    expect(reason('core/a.ts', 'columns/batch.ts')).toBe('core <- columns <- kernel')
    expect(reason('cli/a.ts', 'run/pass.ts')).toBe('commands see the public face alone')
    expect(reason('emit/a.ts', 'case/contract.ts')).toBe('a stage knows no case')
    expect(reason('parse/formats/a/index.ts', 'parse/formats/b/index.ts')).toBe(
      'one folder knows no other of its shelf',
    )
    expect(reason('parse/formats/a/index.ts', 'parse/reader.ts')).toBe(
      'a format sees the contract and what is made for formats',
    )
    expect(reason('index.ts', 'simulate/index.ts')).toBe('only a command knows the simulator')
    expect(reason('simulate/a.ts', 'detect/a.ts')).toBe('the simulator writes logs')
    expect(reason('parse/recognize.ts', 'parse/formats/registry.ts')).toBe(
      'only registries see what they wire',
    )
    expect(importsOf(join(SRC, 'cli/a.ts'), "const b = await import('../run/pass.js')")).toEqual([
      { from: 'cli/a.ts', to: 'run/pass.ts', isType: false },
    ])
  })
})
