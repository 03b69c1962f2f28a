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

it('need nothing but the package and the types of Node', () => {
  const declarations = readFileSync(join(ROOT, 'dist/index.d.ts'), 'utf8')
  const imports = [...declarations.matchAll(/from '([^']+)'/g)].map((match) => match[1]!)
  for (const name of imports) expect(name).toMatch(/^node:/)
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'a.d.ts'), declarations)
  const options: ts.CompilerOptions = {
    ...CONFIG.options,
    skipLibCheck: false,
    typeRoots: [join(ROOT, 'node_modules/@types')],
  }
  const program = ts.createProgram([join(folder, 'a.d.ts')], options)
  const found = program
    .getSemanticDiagnostics(program.getSourceFile(join(folder, 'a.d.ts')))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
  expect(found).toEqual([])
})
