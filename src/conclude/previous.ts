import * as v from 'valibot'
import { PosternError } from '../core/errors.js'
import { ANSWERS_SCHEMA, type Answers } from './contract.js'

const NUMBERS = v.record(v.string(), v.nullable(v.union([v.number(), v.string()])))
const ANSWER = {
  verdict: v.string(),
  numbers: NUMBERS,
  evidence: v.array(v.looseObject({ source: v.string() })),
}
const ATTEMPTS = v.looseObject({ requests: v.number(), served: v.number(), denied: v.number() })
const TIME = v.nullable(v.string())
const TEXTS = v.record(v.string(), v.string())

/** What a comparison reads of earlier answers. The rest is carried along unread. */
const DOCUMENT = v.looseObject({
  schema: v.literal(ANSWERS_SCHEMA),
  answers: v.looseObject({
    unauthorizedAccess: v.looseObject(ANSWER),
    entryPoints: v.array(v.looseObject({ ...ANSWER, entryPoint: v.string(), use: ATTEMPTS })),
    closure: v.array(
      v.looseObject({
        ...ANSWER,
        entryPoint: v.string(),
        period: v.looseObject({ from: v.string() }),
        after: ATTEMPTS,
      }),
    ),
    ongoing: v.looseObject(ANSWER),
    dateRange: v.looseObject({ ...ANSWER, first: TIME, last: TIME, earliest: TIME, latest: TIME }),
    basis: v.looseObject({
      postern: v.string(),
      sources: v.array(v.string()),
      entryPoints: TEXTS,
      settings: TEXTS,
      detectors: v.array(v.string()),
    }),
  }),
})

/**
 * Answers of an earlier run, as `answers.json` holds them.
 *
 * @param name  Of the file, for messages.
 * @throws {ERR_OPTION_INVALID} for a text that is no such file.
 */
export function readAnswers(text: string, name: string): Answers {
  const found = v.safeParse(DOCUMENT, parsed(text, name))
  if (found.success) return found.output.answers as unknown as Answers
  const [issue] = found.issues
  const path = (issue.path ?? []).map(({ key }) => String(key)).join('.')
  throw refusal(
    name,
    `${path === '' ? '' : `at ${path}: `}found ${issue.received}, expected ${issue.expected}`,
  )
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw refusal(name, 'it is no JSON', cause)
  }
}

function refusal(name: string, what: string, cause?: unknown): PosternError {
  const message = `${name} is no answers.json of an earlier run (investigate --out writes one): ${what}`
  return new PosternError('ERR_OPTION_INVALID', message, cause === undefined ? {} : { cause })
}
