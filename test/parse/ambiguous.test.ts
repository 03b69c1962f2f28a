/** Lines that can be read in two ways raise a fault; lines that cannot, raise none. Cases say it in their titles. */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { FaultLog } from '../../src/core/faults.js'
import type { LogFormat } from '../../src/parse/contract.js'
import { formats } from '../../src/parse/formats/registry.js'
import { readCases } from './format-kit.js'
import { readLines } from './read-lines.js'

const FORMATS: readonly LogFormat[] = formats
const isAmbiguous = (format: LogFormat, lines: readonly string[]) => {
  const faults = new FaultLog()
  readLines(format, lines, 0, null, { faults })
  return faults.list().some(({ code }) => code === 'ambiguous-line')
}

describe.each(FORMATS.filter(({ id }) => existsSync(`src/parse/formats/${id}/cases.md`)))(
  'the format $id',
  (format) => {
    const cases = readCases(readFileSync(`src/parse/formats/${format.id}/cases.md`, 'utf8'))
    it('raises ambiguous-line for the cases with two readings, and for no other', () => {
      const raised = cases.filter(({ lines }) => isAmbiguous(format, lines)).map(({ title }) => title)
      expect(raised).toEqual(
        cases.map(({ title }) => title).filter((title) => title.includes('two readings')),
      )
    })
  },
)
