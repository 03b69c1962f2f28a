/** The matrix of what happened at a closed door and what is said of it: nothing may be off its diagonal. */

import { expect, it } from 'vitest'
import { isLong, PATIENT } from '../laws/support.js'
import { prove } from './prove.js'

interface Row {
  readonly name: string
  readonly truth: string
  readonly verdicts: Readonly<Record<string, number>>
  readonly off: readonly object[]
}

it('each pattern gets its true verdict, and what else an answer must say', PATIENT, async () => {
  const seeds = isLong ? 20 : 3
  const rows = (await prove('closure', `seeds=${seeds}`)) as Row[]
  expect(new Set(rows.map(({ truth }) => truth))).toEqual(
    new Set(['violated', 'held', 'not-exercised', 'unverifiable']),
  )
  for (const { name, truth, verdicts, off } of rows) {
    expect.soft(verdicts, name).toEqual({ [truth]: seeds })
    expect.soft(off, name).toEqual([])
  }
})
