/**
 * Lets `npx postern` in the clone run what was built: npx looks into node_modules/.bin first, and then needs neither a
 * network nor a cache.
 */

import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..')
const COMMANDS = join(ROOT, 'node_modules', '.bin')
const LINK = join(COMMANDS, 'postern')

// not where the package is installed as a dependency, and not where links need a privilege
if (existsSync(join(ROOT, 'node_modules')) && process.platform !== 'win32') {
  mkdirSync(COMMANDS, { recursive: true })
  rmSync(LINK, { force: true })
  symlinkSync('../../dist/cli.js', LINK)
  chmodSync(join(ROOT, 'dist', 'cli.js'), 0o755)
}
