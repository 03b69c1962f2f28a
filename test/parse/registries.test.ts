import { execFileSync } from 'node:child_process'
import { describe, it } from 'vitest'

describe('the generated registries', () => {
  it('are those that the folders give', () => {
    execFileSync(process.execPath, ['.scripts/registries.mjs', '--check'], { stdio: 'pipe' })
  })
})
