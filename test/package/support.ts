import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, vi } from 'vitest'

/** The checkout; package tests look at what was built in it. */
export const ROOT = resolve(import.meta.dirname, '../..')

if (!existsSync(join(ROOT, 'dist/index.d.ts')))
  throw new Error('package tests look at what was built: npm run build')

// compilers and package managers take their time
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

/** A folder that is gone after the file's tests. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'postern-package-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
