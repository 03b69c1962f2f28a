import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { differences } from './check.mjs'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const IMPORT = 'const { version } = await import(process.argv[1]); console.log(version)'

/** What every case of a start shares. A start is short, so each round has several. */
const START = /** @type {const} */ ({
  group: 'start-up',
  on: 'whole',
  readsLog: false,
  repeats: 5,
  isSmoke: true,
})
const checkVersion = (/** @type {string} */ output) => differences({ version: output.trim() }, { version })

/** How long until the package can do anything. @type {readonly import('./cases.mjs').BenchmarkCase[]} */
export const startUpCases = [
  {
    ...START,
    name: 'bare node',
    command: () => [process.execPath, '--eval', '0'],
    check: (output) => differences({ output }, { output: '' }),
  },
  {
    ...START,
    name: 'postern --version',
    command: (_, { dist }) => [process.execPath, resolve(dist, 'cli.js'), '--version'],
    check: checkVersion,
    against: { to: 'bare node', by: 'more time', most: 0.08 },
  },
  {
    ...START,
    name: "import 'postern'",
    command: (_, { dist }) => [
      process.execPath,
      '--input-type=module',
      '--eval',
      IMPORT,
      pathToFileURL(resolve(dist, 'index.js')).href,
    ],
    check: checkVersion,
    against: { to: 'bare node', by: 'more time', most: 0.04 },
  },
]
