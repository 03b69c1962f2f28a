import { describe, expect, it } from 'vitest'
import { type InvestigateOptions, investigate } from '../../src/index.js'

async function refusalOf(options: object): Promise<string> {
  const run = investigate({ evidence: ['nowhere.log'], ...options } as InvestigateOptions<readonly []>)
  return run.report().then(
    () => 'taken',
    (error: Error) => error.message,
  )
}

describe('an option that there is not', () => {
  it('is refused before anything else, with the one that was meant', async () => {
    expect(await refusalOf({ casefile: 'case.yaml' })).toBe(
      'unknown option "casefile", did you mean caseFile',
    )
    expect(await refusalOf({ memmoryMb: 64 })).toBe('unknown option "memmoryMb", did you mean memoryMb')
  })

  it('is answered with all that there are where none is near', async () => {
    expect(await refusalOf({ 'xyz\x1b[2J': 1 })).toMatch(
      /^unknown option "xyz\\x1b\[2J", expected one of evidence, /,
    )
  })
})
