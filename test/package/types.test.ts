import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, it } from 'vitest'
import { ROOT, temporaryFolder } from './support.js'

const CONFIG = ts.parseJsonConfigFileContent(
  (ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile) as { config: object }).config,
  ts.sys,
  ROOT,
)

/** What the compiler says of one file beside the built declarations. */
function complaints(file: string, text = readFileSync(file, 'utf8')): string[] {
  const host = ts.createCompilerHost(CONFIG.options)
  const { readFile } = host
  host.readFile = (name) => (name === file ? text : readFile(name))
  const program = ts.createProgram([file], CONFIG.options, host)
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}

const FILE = join(ROOT, 'test/package/types.test-d.ts')

it('the built declarations hold what types.test-d.ts expects of them', () => {
  expect(complaints(FILE)).toEqual([])
})

it('and would be seen not to', () => {
  const text = readFileSync(FILE, 'utf8')
  const wrong = text.replace("toEqualTypeOf<'indicator-seen'>", "toEqualTypeOf<'closed-entry-point'>")
  expect(wrong).not.toBe(text)
  expect(complaints(FILE, wrong)).toHaveLength(1)
  expect(complaints(FILE, text.replace(/\/\/ @ts-expect-error: evidence is needed/, ''))).toHaveLength(1)
})

/** A built file of declarations and those that it imports, by name. */
function declarationsOf(name: string, found = new Map<string, string>()): Map<string, string> {
  if (found.has(name)) return found
  const text = readFileSync(join(ROOT, 'dist', name), 'utf8')
  found.set(name, text)
  for (const imported of importsOf(text).filter((it) => it.startsWith('.')))
    declarationsOf(imported.replace(/^\.\//, '').replace(/\.js$/, '.d.ts'), found)
  return found
}

function importsOf(text: string): string[] {
  return ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName)
}

it.each(['index.d.ts', 'simulate.d.ts'])('%s needs nothing but the package and the types of Node', (name) => {
  const declarations = declarationsOf(name)
  const others = [...declarations.values()].flatMap(importsOf).filter((it) => !it.startsWith('./'))
  for (const other of others) expect(other).toMatch(/^node:/)
  const folder = temporaryFolder()
  const files = [...declarations].map(([file, text]) => {
    writeFileSync(join(folder, file), text)
    return join(folder, file)
  })
  const options: ts.CompilerOptions = {
    ...CONFIG.options,
    skipLibCheck: false,
    typeRoots: [join(ROOT, 'node_modules/@types')],
  }
  const program = ts.createProgram(files, options)
  const found = files
    .flatMap((file) => program.getSemanticDiagnostics(program.getSourceFile(file)))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
  expect(found).toEqual([])
})
