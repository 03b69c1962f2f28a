import { ANSWERS_SCHEMA } from '../../../conclude/contract.js'
import type { Output, Sink, SinkFormat } from '../../contract.js'
import { safeJson } from '../../json.js'

/** The answers with all that they stand on, and what moved since earlier ones; what `previous` of a later run takes. */
export const answersJson = {
  id: 'answers-json',
  title: 'Answers as JSON',
  fileName: 'answers.json',
  create(output: Output): Sink {
    return {
      async report({ version, answers, changes }) {
        await output.write(`${safeJson({ schema: ANSWERS_SCHEMA, version, answers, changes }, 2)}\n`)
      },
    }
  },
} as const satisfies SinkFormat
