import type { Answer, Basis } from '../core/answer.js'
import type { EvidenceReference } from '../findings/contract.js'
import type { AnswerBasis, AnswerChange, Answers } from './contract.js'

/**
 * What moved between two sets of answers, and why: breach statements get revised, and readers ask.
 *
 * The reasons of a change are the differences of what the answers were made from, narrowed to those that can have moved this answer where
 * that can be told: an answer that now cites lines of a new source changed by new evidence, one about an entry point whose rule
 * changed by a new declaration.
 *
 * @returns One entry a question that is answered otherwise, or by other numbers; in the order in which answers are read.
 */
export function compareAnswers(previous: Answers, now: Answers): AnswerChange[] {
  const differences = differencesOf(previous.basis, now.basis)
  const before = questionsOf(previous)
  const after = questionsOf(now)
  const names = [...new Set([...after.keys(), ...before.keys()])]
  return names.flatMap((name) => {
    const [was, is] = [before.get(name) ?? null, after.get(name) ?? null]
    if (was !== null && is !== null && sameAnswer(was, is)) return []
    return [
      {
        question: name,
        was: was === null ? null : stateOf(was),
        now: is === null ? null : stateOf(is),
        why: reasonsFor(is ?? was!, differences),
      },
    ]
  })
}

/** A question's answer, and the entry point that it is about. */
interface Question {
  readonly answer: Answer<string, EvidenceReference>
  readonly entryPoint: string | null
  /** What is compared beside verdict and numbers, as text. */
  readonly more: Readonly<Record<string, string | number | null>>
}

function questionsOf(answers: Answers): Map<string, Question> {
  const questions = new Map<string, Question>()
  const ask = (
    name: string,
    answer: Question['answer'],
    entryPoint: string | null,
    more: Question['more'] = {},
  ) => questions.set(name, { answer, entryPoint, more })
  ask('unauthorised access', answers.unauthorizedAccess, null)
  for (const answer of answers.closure) {
    const { entryPoint, period } = answer
    ask(`closing of ${entryPoint} at ${period.from}`, answer, entryPoint, {
      attempts: answer.after.requests,
      served: answer.after.served,
      denied: answer.after.denied,
    })
  }
  for (const answer of answers.entryPoints) {
    ask(`use of ${answer.entryPoint}`, answer, answer.entryPoint, {
      requests: answer.use.requests,
      served: answer.use.served,
    })
  }
  const { first, last, earliest, latest } = answers.dateRange
  ask('date range', answers.dateRange, null, { first, last, earliest, latest })
  ask('ongoing', answers.ongoing, null)
  return questions
}

function sameAnswer(a: Question, b: Question): boolean {
  return textOf(stateOf(a)) === textOf(stateOf(b))
}

/** The same whatever the order of names: earlier answers may have been through other tools. */
function textOf({ verdict, numbers }: NonNullable<AnswerChange['was']>): string {
  return JSON.stringify([verdict, Object.entries(numbers).sort(([a], [b]) => (a < b ? -1 : 1))])
}

function stateOf({ answer, more }: Question): NonNullable<AnswerChange['was']> {
  return { verdict: answer.verdict, numbers: { ...answer.numbers, ...more } }
}

/** A difference of what answers were made from, and whether an answer was moved by it for sure. */
interface Difference extends Basis {
  touches(question: Question): boolean
}

function differencesOf(before: AnswerBasis, now: AnswerBasis): Difference[] {
  return [
    ...evidenceDifferences(before, now),
    ...declarationDifferences(before, now),
    ...ruleDifferences(before, now),
  ]
}

function evidenceDifferences(before: AnswerBasis, now: AnswerBasis): Difference[] {
  const added = without(now.sources, before.sources)
  const gone = without(before.sources, now.sources)
  const differences: Difference[] = []
  if (added.length > 0) {
    differences.push({
      code: 'new-evidence',
      text: `${sourcesText(added)} not read before`,
      touches: ({ answer }) => answer.evidence.some(({ source }) => added.includes(source)),
    })
  }
  if (gone.length > 0) {
    differences.push({
      code: 'evidence-gone',
      text: `${sourcesText(gone)} read before and not now`,
      touches: () => false,
    })
  }
  return differences
}

/** Those of `ids` that are not among `others`. */
function without(ids: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others)
  return ids.filter((id) => !known.has(id))
}

const MOST_IDS = 5

function sourcesText(ids: readonly string[]): string {
  const more = ids.length - MOST_IDS
  const list = ids.slice(0, MOST_IDS).join(', ')
  return `${ids.length} source${ids.length === 1 ? '' : 's'} (${list}${more > 0 ? ` and ${more} more` : ''}) ${ids.length === 1 ? 'was' : 'were'}`
}

function declarationDifferences(before: AnswerBasis, now: AnswerBasis): Difference[] {
  return differingKeys(before.entryPoints, now.entryPoints).map(({ key: id, was, is }) => {
    const what =
      was === undefined
        ? 'is declared now'
        : is === undefined
          ? 'is no longer declared'
          : 'is declared otherwise'
    const code =
      was === undefined ? 'new-declaration' : is === undefined ? 'declaration-gone' : 'declaration-changed'
    return { code, text: `entry point ${id} ${what}`, touches: ({ entryPoint }) => entryPoint === id }
  })
}

/** Keys whose values differ, in code-unit order. Maps, because a key may be called `__proto__`. */
function differingKeys(
  before: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): { key: string; was: string | undefined; is: string | undefined }[] {
  const [old, recent] = [new Map(Object.entries(before)), new Map(Object.entries(now))]
  return [...new Set([...recent.keys(), ...old.keys()])]
    .sort()
    .map((key) => ({ key, was: old.get(key), is: recent.get(key) }))
    .filter(({ was, is }) => was !== is)
}

function ruleDifferences(before: AnswerBasis, now: AnswerBasis): Difference[] {
  const differences: Difference[] = []
  const add = (code: string, text: string) => differences.push({ code, text, touches: () => false })
  if (before.postern !== now.postern)
    add('new-rule', `Postern ${before.postern} gave the answers before, ${now.postern} now`)
  for (const id of without(now.detectors, before.detectors))
    add('new-rule', `detector ${id} did not run before`)
  for (const id of without(before.detectors, now.detectors))
    add('rule-gone', `detector ${id} ran before and not now`)
  for (const { key, was = 'the default', is = 'the default' } of differingKeys(before.settings, now.settings))
    add('setting-changed', `setting ${key} was ${was} and is ${is}`)
  return differences
}

/**
 * Those that surely touch the answer, and new evidence beside a new declaration: which of both moved it cannot be told. Without a sure one, all
 * that may: the rule of another entry point moves no answer about this one.
 */
function reasonsFor(question: Question, differences: readonly Difference[]): Basis[] {
  const sure = differences.filter((it) => it.touches(question))
  const may = differences.filter(({ code }) => question.entryPoint === null || !DECLARATIONS.includes(code))
  const isSure = sure.some(({ code }) => !DECLARATIONS.includes(code))
  const beside = isSure ? [] : may.filter(({ code }) => EVIDENCE.includes(code) && sure.length > 0)
  return (sure.length > 0 ? [...sure, ...beside] : may).map(({ code, text }) => ({ code, text }))
}

const EVIDENCE = ['new-evidence', 'evidence-gone']
const DECLARATIONS = ['new-declaration', 'declaration-gone', 'declaration-changed']
