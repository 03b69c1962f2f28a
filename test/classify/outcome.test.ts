import { describe, expect, it, vi } from 'vitest'
import { ACCEPTED, DENIED, OUTCOMES, SERVED, UNCLEAR } from '../../src/classify/contract.js'
import { isWriting, outcomeOf } from '../../src/classify/outcome.js'
import { METHOD_OTHER, METHODS } from '../../src/columns/contract.js'

vi.setConfig({ testTimeout: 60_000 })

const WITH_A_BODY = { statuses: [200, 203, 206, 226], methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] }
const ON_A_WRITE = {
  statuses: [201, 202, 204],
  methods: ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPPATCH', 'MKCOL', 'COPY', 'MOVE', 'LOCK', 'UNLOCK'],
}
const ALWAYS_ACCEPTED = [101, 304]
const ALWAYS_DENIED = [401, 403, 404, 405, 407, 410, 421, 423, 429, 444, 451]

function expectedOutcome(status: number, method: string, size: number): number {
  if (ALWAYS_DENIED.includes(status)) return DENIED
  if (ALWAYS_ACCEPTED.includes(status)) return ACCEPTED
  if (ON_A_WRITE.statuses.includes(status) && ON_A_WRITE.methods.includes(method)) return ACCEPTED
  if (WITH_A_BODY.statuses.includes(status) && WITH_A_BODY.methods.includes(method) && size > 0) return SERVED
  return UNCLEAR
}

describe('the outcome of a request', () => {
  it.each([Number.NaN, 0, 1, 5120, Number.MAX_SAFE_INTEGER])(
    'is that of the table, for every status and method, with a size of %d',
    (size) => {
      const methods = [...METHODS.keys(), METHOD_OTHER]
      for (let status = 0; status < 1000; status++) {
        for (const method of methods) {
          const name = METHODS[method] ?? 'BREW'
          const expected = OUTCOMES[expectedOutcome(status, name, size)]
          expect(OUTCOMES[outcomeOf(status, method, size)], `${name} ${status}`).toBe(expected)
        }
      }
    },
  )

  it('of a status that no registry knows is unclear', () => {
    for (const status of [1000, 2000, 65_535]) expect(outcomeOf(status, 1, 100)).toBe(UNCLEAR)
  })

  it('knows the methods that write', () => {
    const writing = METHODS.filter((_, number) => isWriting(number))
    expect([...writing].sort()).toEqual([...ON_A_WRITE.methods].sort())
    expect(isWriting(METHOD_OTHER)).toBe(false)
  })
})
