import { readFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLError,
} from 'yaml'
import { checkValues, type Path } from './check.js'
import type { CaseFile } from './contract.js'
import { loadIndicators } from './indicators.js'
import { type Problem, problemsError } from './problems.js'

/** A case is written by hand; a file beyond this is something else. */
const MAX_CASE_BYTES = 16 * 1024 * 1024
/** Nodes that aliases may stand for in all; a handful of anchors needs far fewer, an alias bomb far more. */
const MAX_ALIASED_NODES = 100

/**
 * Reads and checks a case file in YAML or JSON, and the indicator list that it names. Files that it names are relative to
 * it.
 *
 * @throws {ERR_CASE_INVALID} listing everything that is wrong, one a line, as `case.yaml:12: key.path: what`.
 */
export async function loadCase(file: string): Promise<CaseFile> {
  const { values, lineOf } = parseText(file, await readText(file))
  const { caseFile: checked, indicatorFile } = checkValues(values, file, lineOf)
  const caseFile = withPaths(checked, file)
  if (indicatorFile === null) return caseFile
  return { ...caseFile, indicators: await loadIndicators(resolve(dirname(file), indicatorFile)) }
}

function withPaths(caseFile: CaseFile, file: string): CaseFile {
  const { formatFrom } = caseFile.options
  if (formatFrom === undefined) return caseFile
  return {
    ...caseFile,
    options: {
      ...caseFile.options,
      formatFrom: isAbsolute(formatFrom) ? formatFrom : join(dirname(file), formatFrom),
    },
  }
}

async function readText(file: string): Promise<string> {
  const fail = (text: string, cause?: unknown): never => {
    throw problemsError([{ file, line: null, path: '', text }], cause)
  }
  const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT')
      return fail('no such case file; check the name, or copy examples/case.yaml and fill it in', cause)
    return fail(`the case file cannot be read: ${cause.message}`, cause)
  })
  if (bytes.length > MAX_CASE_BYTES)
    return fail(`found ${bytes.length} bytes, expected at most ${MAX_CASE_BYTES}`)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    return fail('found bytes that are not UTF-8, expected a text in YAML or JSON', cause)
  }
}

interface ParsedText {
  readonly values: unknown
  lineOf(path: Path): number | null
}

function parseText(file: string, text: string): ParsedText {
  const lineCounter = new LineCounter()
  const problem = (line: number | null, message: string): Problem => ({ file, line, path: '', text: message })
  try {
    const document = parseDocument(text, {
      lineCounter,
      prettyErrors: false,
      uniqueKeys: true,
      version: '1.2',
    })
    // warnings too: an unknown tag would silently be read as a text
    const errors = [...document.errors, ...document.warnings]
    if (errors.length > 0)
      throw problemsError(
        errors.map((error) => problem(lineAt(lineCounter, error.pos[0]), syntaxText(error))),
      )
    const values: unknown = document.toJS({ maxAliasCount: MAX_ALIASED_NODES })
    return { values, lineOf: (path) => lineOfPath(document, lineCounter, path) }
  } catch (cause) {
    if (cause instanceof ReferenceError)
      throw problemsError([problem(null, `too many aliases: ${cause.message}`)], cause)
    if (cause instanceof RangeError) throw problemsError([problem(null, 'nested too deeply')], cause)
    throw cause
  }
}

function syntaxText(error: YAMLError): string {
  if (error.code === 'DUPLICATE_KEY') return 'found a key twice in one mapping, expected it once'
  if (error.code === 'TAG_RESOLVE_FAILED')
    return `found an unknown tag, expected plain values (${error.message})`
  return `not valid YAML or JSON: ${error.message}`
}

function lineAt(lineCounter: LineCounter, offset: number): number {
  return Math.max(1, lineCounter.linePos(offset).line)
}

/** Line of the key or item that a path leads to, or of the last one on the way that stands in the text. */
function lineOfPath(document: Document.Parsed, lineCounter: LineCounter, path: Path): number | null {
  let step: Step | null = { place: document.contents, node: document.contents }
  let place = step.place
  for (const key of path) {
    step = stepInto(isAlias(step.node) ? step.node.resolve(document) : step.node, key)
    if (step === null) break
    place = step.place
  }
  const range = place?.range
  return range ? lineAt(lineCounter, range[0]) : null
}

/** What a person would point at (a key, or an item), and the value behind it. */
interface Step {
  readonly place: Node | null
  readonly node: Node | null | undefined
}

function stepInto(holder: Node | null | undefined, key: string | number): Step | null {
  if (isMap<Node, Node | null>(holder)) {
    const pair = holder.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key))
    return pair === undefined ? null : { place: pair.key, node: pair.value }
  }
  const item = isSeq<Node>(holder) ? holder.items[Number(key)] : undefined
  return item === undefined ? null : { place: item, node: item }
}
